using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Commission.Domain;
using Commission.Storage.Rules;

namespace Commission.Api.Rules.Simulation;

/// <summary>Runs one simulation of a kind after another in this process. One that fails says so and makes room for the next.</summary>
internal abstract partial class SimulationRunner<TRequest>(SimulationQueries simulations, ILogger logger) : BackgroundService
{
    private const int Capacity = 20;

    private readonly Channel<(SimulationId Id, TRequest Request)> _queue = Channel.CreateBounded<(SimulationId, TRequest)>(
        new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    /// <summary>Queues a simulation; false when too many wait.</summary>
    public bool TryQueue(SimulationId id, TRequest request) => _queue.Writer.TryWrite((id, request));

    protected SimulationQueries Simulations => simulations;

    /// <summary>Runs it to its end, which it tells by <see cref="EndAsync"/>.</summary>
    protected abstract Task RunAsync(SimulationId id, TRequest request, CancellationToken cancellationToken);

    [SuppressMessage("Design", "CA1031", Justification = "A simulation that fails must say so and make room for the next.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var (id, request) in _queue.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await RunAsync(id, request, stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(error, id);
                await EndAsync(id, "failed", 0, null);
            }
        }
    }

    protected Task EndAsync(SimulationId id, string status, long done, byte[]? result) =>
        simulations.FinishAsync(id, status, done, result, CancellationToken.None);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Id} failed")]
    private partial void LogFailed(Exception error, SimulationId id);
}

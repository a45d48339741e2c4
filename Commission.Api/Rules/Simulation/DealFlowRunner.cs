using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Commission.Domain;
using Commission.Grains.Interfaces.Ledger;
using Commission.Storage.Ledger;
using Commission.Storage.Rules;

namespace Commission.Api.Rules.Simulation;

/// <summary>Traffic that waits for its turn.</summary>
internal sealed record QueuedFlow(SimulationId Id, DealFlowRequest Request);

/// <summary>Plays one simulated traffic after another, says how far it is, stops when asked, and keeps the result.</summary>
internal sealed partial class DealFlowRunner(
    SimulationQueries simulations, OutboxQueries outbox, LedgerQueries ledger, IGrainFactory grains, ILogger<DealFlowRunner> logger) : BackgroundService
{
    private const int Capacity = 20;
    private static readonly TimeSpan ReportEvery = TimeSpan.FromMilliseconds(300);

    private readonly Channel<QueuedFlow> _queue = Channel.CreateBounded<QueuedFlow>(
        new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    /// <summary>Queues traffic; false when too much waits.</summary>
    public bool TryQueue(QueuedFlow flow) => _queue.Writer.TryWrite(flow);

    [SuppressMessage("Design", "CA1031", Justification = "A simulation that fails must say so and make room for the next.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var flow in _queue.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await RunAsync(flow, stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(error, flow.Id);
                await EndAsync(flow.Id, "failed", 0, null);
            }
        }
    }

    private async Task RunAsync(QueuedFlow flow, CancellationToken stoppingToken)
    {
        var world = World.Of(flow.Id);
        using var play = new DealFlowPlay(flow.Request, world, grains, outbox);
        await simulations.WriteWorldAsync(flow.Id, play.WorldBytes(), stoppingToken);
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var start = Stopwatch.GetTimestamp();
        var playing = Task.Run(() => play.RunAsync(abort.Token), stoppingToken);
        while (!playing.IsCompleted)
        {
            if (!await simulations.ReportAsync(flow.Id, play.Done, play.Total, stoppingToken))
                await abort.CancelAsync();
            await Task.WhenAny(playing, Task.Delay(ReportEvery, stoppingToken));
        }
        try
        {
            await playing;
        }
        catch (OperationCanceledException) when (abort.IsCancellationRequested && !stoppingToken.IsCancellationRequested)
        {
            await EndAsync(flow.Id, "aborted", play.Done, null);
            return;
        }
        finally
        {
            await Task.WhenAll(RestAsync(world.NameOf(Domain.Ledger.Books.Ledger)), RestAsync(world.NameOf(Domain.Ledger.Books.Handshakes)));
        }
        var took = Stopwatch.GetElapsedTime(start);
        var books = new DealFlowBooks(world, play.People.NumberOf);
        await books.ReadAsync(ledger, stoppingToken);
        await EndAsync(flow.Id, "completed", play.Done, DealFlowReport.Of(flow.Request, play, books, took).ToJson());
    }

    private Task RestAsync(string book) => grains.GetGrain<ILedgerGrain>(book).Rest();

    private Task EndAsync(SimulationId id, string status, long done, byte[]? result) =>
        simulations.FinishAsync(id, status, done, result, CancellationToken.None);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Id} failed")]
    private partial void LogFailed(Exception error, SimulationId id);
}

using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Commission.Domain;
using Commission.Domain.Deals;
using Commission.Domain.Rules;
using Commission.Domain.Rules.Simulation;
using Commission.Domain.Rules.Volumes;
using Commission.Grains.Interfaces;
using Commission.Grains.Interfaces.Rules;
using Commission.Storage.Deals;
using Commission.Storage.Rules;

namespace Commission.Api.Rules.Simulation;

/// <summary>A simulation that waits for its turn.</summary>
internal sealed record QueuedSimulation(SimulationId Id, WhatIfRequest Request);

/// <summary>
/// Runs one simulation after another in this process: reads the history as a stream, calculates each deal under its pinned
/// rules and under the candidates, and keeps the result. It reads only; nothing of it can reach a book.
/// </summary>
internal sealed partial class WhatIfRunner(
    DealHistory history, SimulationQueries simulations, VerticalQueries verticals, IGrainFactory grains, ILogger<WhatIfRunner> logger) : BackgroundService
{
    private const int Capacity = 20;
    private const int ReportEvery = 20_000;

    private readonly Channel<QueuedSimulation> _queue = Channel.CreateBounded<QueuedSimulation>(
        new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    /// <summary>Queues a simulation; false when too many wait.</summary>
    public bool TryQueue(QueuedSimulation simulation) => _queue.Writer.TryWrite(simulation);

    [SuppressMessage("Design", "CA1031", Justification = "A simulation that fails must say so and make room for the next.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var simulation in _queue.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await RunAsync(simulation, stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(error, simulation.Id);
                await EndAsync(simulation.Id, "failed", 0, null);
            }
        }
    }

    private async Task RunAsync(QueuedSimulation simulation, CancellationToken cancellationToken)
    {
        var request = simulation.Request;
        var pinned = await ReadPinnedAsync(cancellationToken);
        var total = await history.CountAsync(request.Filter, cancellationToken);
        var hash = Hash.Zero;
        RuleSetDocument? Before(WhatIfDeal deal) => deal.Facts.Currency == request.Currency ? pinned.GetValueOrDefault(hash) : null;
        RuleSetDocument? After(WhatIfDeal deal) => deal.Facts.Currency != request.Currency ? null
            : request.Candidates.TryGetValue(deal.Vertical, out var candidate) ? candidate : pinned.GetValueOrDefault(hash);
        var (before, after) = (new WhatIf(Before, request.Limits), new WhatIf(After, request.Limits));
        var done = 0L;
        if (!await simulations.ReportAsync(simulation.Id, 0, total, cancellationToken))
        {
            await EndAsync(simulation.Id, "aborted", 0, null);
            return;
        }
        await foreach (var state in history.ReadAsync(request.Filter, cancellationToken))
        {
            hash = state.RuleHash;
            var deal = new WhatIfDeal(
                state.Vertical, new VolumeSubject(state.Id, state.Client, DateOnly.FromDateTime(state.Steps[^1].Time.UtcDateTime)),
                DealMachine.CalculationFactsOf(state));
            before.Add(deal);
            after.Add(deal);
            if (++done % ReportEvery == 0 && !await simulations.ReportAsync(simulation.Id, done, total, cancellationToken))
            {
                await EndAsync(simulation.Id, "aborted", done, null);
                return;
            }
        }
        await EndAsync(simulation.Id, "completed", done, WhatIfReport.Of(request.Currency.Code, before.Complete(), after.Complete()).ToJson());
    }

    private async Task<Dictionary<Hash, RuleSetDocument>> ReadPinnedAsync(CancellationToken cancellationToken)
    {
        var documents = new Dictionary<Hash, RuleSetDocument>();
        foreach (var code in await verticals.ListAsync(cancellationToken))
        {
            var state = await grains.GetGrain<IRuleSetGrain>(GrainKeys.OfVertical(code)).Get();
            foreach (var version in state?.Versions ?? [])
            {
                var document = RuleSetLifecycle.DocumentOf(version);
                documents[document.Hash] = document;
            }
        }
        return documents;
    }

    private Task EndAsync(SimulationId id, string status, long done, byte[]? result) =>
        simulations.FinishAsync(id, status, done, result, CancellationToken.None);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Id} failed")]
    private partial void LogFailed(Exception error, SimulationId id);
}

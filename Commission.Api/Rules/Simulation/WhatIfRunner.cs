using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Commission.Domain;
using Commission.Domain.Deals;
using Commission.Domain.Rules;
using Commission.Domain.Rules.Gating;
using Commission.Domain.Rules.Simulation;
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
    private const int LaterTogether = 100;

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
        var (pinned, gates) = await ReadRulesAsync(request, cancellationToken);
        var total = await history.CountAsync(request.Filter, cancellationToken);
        var run = new WhatIfComparison(request, pinned);
        var done = 0L;
        if (!await simulations.ReportAsync(simulation.Id, 0, total, cancellationToken))
        {
            await EndAsync(simulation.Id, "aborted", 0, null);
            return;
        }
        var later = new List<DealState>(LaterTogether);
        await foreach (var state in history.ReadAsync(request.Filter, cancellationToken))
        {
            if (state.Later is null)
                run.Add(state);
            else
                later.Add(state);
            if (later.Count == LaterTogether)
                await AddLaterAsync(run, later, cancellationToken);
            if (++done % ReportEvery == 0 && !await simulations.ReportAsync(simulation.Id, done, total, cancellationToken))
            {
                await EndAsync(simulation.Id, "aborted", done, null);
                return;
            }
        }
        await AddLaterAsync(run, later, cancellationToken);
        await EndAsync(simulation.Id, "completed", done, run.Complete(gates).ToJson());
    }

    /// <summary>Deals to which something happened need their facts from the ledger: a few at a time, so that memory stays flat.</summary>
    private async Task AddLaterAsync(WhatIfComparison run, List<DealState> later, CancellationToken cancellationToken)
    {
        if (later.Count == 0)
            return;
        var facts = await history.ReadFactsAsync(later.Select(state => state.Id), cancellationToken);
        foreach (var state in later)
            run.Add(state, LaterHistory.Of(state, [.. facts[state.Id]]));
        later.Clear();
    }

    /// <summary>Every version that decided a deal, and the gates of the candidates' verticals.</summary>
    private async Task<(Dictionary<Hash, RuleSetDocument> Pinned, Dictionary<string, IReadOnlyList<Gate>> Gates)> ReadRulesAsync(
        WhatIfRequest request, CancellationToken cancellationToken)
    {
        var (documents, gates) = (new Dictionary<Hash, RuleSetDocument>(), new Dictionary<string, IReadOnlyList<Gate>>(StringComparer.Ordinal));
        foreach (var code in await verticals.ListAsync(cancellationToken))
        {
            if (await grains.GetGrain<IRuleSetGrain>(GrainKeys.OfVertical(code)).Get() is not { } state)
                continue;
            foreach (var document in state.Versions.Select(RuleSetLifecycle.DocumentOf))
                documents[document.Hash] = document;
            if (request.Candidates.ContainsKey(code))
                gates[code] = RuleSetMachine.GatesOf(state);
        }
        return (documents, gates);
    }

    private Task EndAsync(SimulationId id, string status, long done, byte[]? result) =>
        simulations.FinishAsync(id, status, done, result, CancellationToken.None);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Id} failed")]
    private partial void LogFailed(Exception error, SimulationId id);
}

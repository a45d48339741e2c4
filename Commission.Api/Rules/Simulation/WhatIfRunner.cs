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

/// <summary>
/// Runs one simulation after another in this process: reads the history as a stream, calculates each deal under its pinned
/// rules and under the candidates, and keeps the result. It reads only; nothing of it can reach a book.
/// </summary>
internal sealed class WhatIfRunner(
    DealHistory history, SimulationQueries simulations, VerticalQueries verticals, IGrainFactory grains, ILogger<WhatIfRunner> logger)
    : SimulationRunner<WhatIfRequest>(simulations, logger)
{
    private const int ReportEvery = 20_000;
    private const int LaterTogether = 100;

    protected override async Task RunAsync(SimulationId id, WhatIfRequest request, CancellationToken cancellationToken)
    {
        var (pinned, gates) = await ReadRulesAsync(request, cancellationToken);
        var total = await history.CountAsync(request.Filter, cancellationToken);
        var run = new WhatIfComparison(request, pinned);
        var done = 0L;
        if (!await Simulations.ReportAsync(id, 0, total, cancellationToken))
        {
            await EndAsync(id, "aborted", 0, null);
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
            if (++done % ReportEvery == 0 && !await Simulations.ReportAsync(id, done, total, cancellationToken))
            {
                await EndAsync(id, "aborted", done, null);
                return;
            }
        }
        await AddLaterAsync(run, later, cancellationToken);
        await EndAsync(id, "completed", done, run.Complete(gates).ToJson());
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
}

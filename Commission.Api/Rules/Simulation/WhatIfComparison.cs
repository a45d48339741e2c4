using Commission.Domain;
using Commission.Domain.Deals;
using Commission.Domain.Rules;
using Commission.Domain.Rules.Gating;
using Commission.Domain.Rules.Simulation;

namespace Commission.Api.Rules.Simulation;

/// <summary>One history under two sets of rules, side by side: the pinned ones and the candidates.</summary>
internal sealed class WhatIfComparison
{
    private readonly WhatIfRequest _request;
    private readonly WhatIf _before;
    private readonly WhatIf _after;

    /// <param name="request">The candidates and limits.</param>
    /// <param name="pinned">Every version that decided a deal.</param>
    public WhatIfComparison(WhatIfRequest request, IReadOnlyDictionary<Hash, RuleSetDocument> pinned)
    {
        _request = request;
        RuleSetDocument? Pinned(WhatIfDeal deal) => deal.Facts.Currency == request.Currency ? pinned.GetValueOrDefault(deal.Pinned) : null;
        RuleSetDocument? Candidate(WhatIfDeal deal) => deal.Facts.Currency != request.Currency ? null
            : request.Candidates.TryGetValue(deal.Vertical, out var candidate) ? candidate : pinned.GetValueOrDefault(deal.Pinned);
        (_before, _after) = (new WhatIf(Pinned, WhatIfLimits.None), new WhatIf(Candidate, request.Limits));
    }

    /// <summary>Adds a deal to which nothing happened since its completion.</summary>
    public void Add(DealState state)
    {
        var deal = WhatIfDeal.Of(state);
        _before.Add(deal);
        _after.Add(deal);
    }

    /// <summary>Adds a deal with all that happened since.</summary>
    public void Add(DealState state, LaterHistory history)
    {
        var deal = WhatIfDeal.Of(state);
        _before.Add(deal, state, history);
        _after.Add(deal, state, history);
    }

    /// <summary>The result.</summary>
    /// <param name="gates">The gates of the candidates' verticals.</param>
    public WhatIfReport Complete(IReadOnlyDictionary<string, IReadOnlyList<Gate>> gates)
    {
        var (before, after) = (_before.Complete(), _after.Complete());
        return WhatIfReport.Of(_request.Currency.Code, before, after, [.. _request.Candidates.Values
            .SelectMany(candidate => Gates.Broken(gates.GetValueOrDefault(candidate.Vertical, []), candidate).Select(broken => Row(candidate, broken, after)))
            .OrderBy(row => row.Vertical, StringComparer.Ordinal).ThenBy(row => row.Path, StringComparer.Ordinal)]);
    }

    private static GateRow Row(RuleSetDocument candidate, BrokenGate broken, WhatIfTotals after)
    {
        var touched = after.ByProduct.GetValueOrDefault($"{candidate.Vertical}/{broken.Product}");
        return new GateRow(
            candidate.Vertical, broken.Product, broken.Clause, broken.Path, broken.Expected, broken.Found, touched.Deals, touched.CommissionMinor);
    }
}

using System.Text;
using System.Text.Json;
using Commission.Api.Http;
using Commission.Domain.Amounts;
using Commission.Domain.Rules;
using Commission.Domain.Rules.Simulation;
using Commission.Storage.Deals;

namespace Commission.Api.Rules.Simulation;

/// <summary>What to calculate over the history.</summary>
/// <param name="Candidates">The documents to try, at most one per vertical, all in one currency.</param>
/// <param name="Filter">Which deals.</param>
/// <param name="Limits">What counts as a breach.</param>
internal sealed record WhatIfRequest(IReadOnlyDictionary<string, RuleSetDocument> Candidates, HistoryFilter Filter, WhatIfLimits Limits)
{
    private const int MaxCandidates = 50;

    /// <summary>Deals in another currency than the candidates' are left out.</summary>
    public Currency Currency => Candidates.Values.First().Currency;

    /// <exception cref="ProblemException">A member is missing or wrong; the field says which.</exception>
    public static WhatIfRequest Read(JsonElement json)
    {
        var body = new BodyReader(json);
        body.Allow("candidates", "vertical", "from", "to", "limits");
        return new WhatIfRequest(
            ReadCandidates(body), new HistoryFilter(body.OptionalText("vertical"), body.OptionalDate("from"), body.OptionalDate("to")),
            body.Find("limits") is { } limits ? ReadLimits(limits) : WhatIfLimits.None);
    }

    /// <summary>Reads the candidates of a simulation: at most one per vertical, all in one currency.</summary>
    internal static Dictionary<string, RuleSetDocument> ReadCandidates(BodyReader body)
    {
        var candidates = new Dictionary<string, RuleSetDocument>(StringComparer.Ordinal);
        if (body.Find("candidates") is not { ValueKind: JsonValueKind.Array } documents || documents.GetArrayLength() is 0 or > MaxCandidates)
            throw ProblemException.Field("candidates", $"candidates must be an array of 1 to {MaxCandidates} rule set documents.");
        var index = 0;
        foreach (var item in documents.EnumerateArray())
            Add(candidates, Document(item, index), index++);
        return candidates;
    }

    private static void Add(Dictionary<string, RuleSetDocument> candidates, RuleSetDocument document, int index)
    {
        if (candidates.Count > 0 && candidates.Values.First().Currency != document.Currency)
            throw ProblemException.Field($"candidates[{index}].currency", $"All candidates must be in one currency; the first is in {candidates.Values.First().Currency}.");
        if (!candidates.TryAdd(document.Vertical, document))
            throw ProblemException.Field($"candidates[{index}].vertical", $"There are two candidates for {document.Vertical}.");
    }

    private static RuleSetDocument Document(JsonElement item, int index)
    {
        var (document, refusal) = RuleSetReader.Read(Encoding.UTF8.GetBytes(item.GetRawText()));
        if (document is not null)
            return document;
        var path = $"candidates[{index}]";
        throw new ProblemException(refusal! with { Field = path + refusal.Field?.TrimStart('$'), Text = $"{path}: {refusal.Text}" });
    }

    private static WhatIfLimits ReadLimits(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw ProblemException.Field("limits", "limits must be an object.");
        var body = new BodyReader(json);
        body.Allow("dealMinor", "memberMonthMinor", "monthMinor", "ofRevenuePercent", "capCutMinor");
        Rate? ofRevenue = body.OptionalText("ofRevenuePercent") is not { } text ? null
            : Rate.TryParsePercent(text, out var rate) ? rate
            : throw ProblemException.Field("limits.ofRevenuePercent", "limits.ofRevenuePercent must be a percentage as a string, such as \"80\".");
        return new WhatIfLimits(Amount(json, "dealMinor"), Amount(json, "memberMonthMinor"), Amount(json, "monthMinor"), ofRevenue, Amount(json, "capCutMinor"));
    }

    private static long? Amount(JsonElement json, string name) => !json.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var amount) && amount is >= 0 and <= Money.MaxMinor ? amount
        : throw ProblemException.Field($"limits.{name}", $"limits.{name} must be an integer from 0 to {Money.MaxMinor}, in minor units.");
}

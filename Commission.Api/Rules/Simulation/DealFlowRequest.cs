using System.Text.Json;
using Commission.Api.Http;
using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Rules;
using Commission.Domain.Rules.Simulation;

namespace Commission.Api.Rules.Simulation;

/// <summary>What traffic to play, how fast, and what counts as a breach.</summary>
internal sealed record DealFlowRequest(FlowSettings Settings, int Concurrency, long? MonthLimitMinor, long? MemberMonthLimitMinor)
{
    private const int MaxWeight = 1_000;

    /// <param name="json">The body; see docs/simulator.md.</param>
    /// <param name="inForce">The rules that are in force on a date, by vertical.</param>
    /// <exception cref="ProblemException">A member is missing or wrong; the field says which.</exception>
    public static async Task<DealFlowRequest> ReadAsync(JsonElement json, Func<DateOnly, Task<IReadOnlyDictionary<string, RuleSetDocument>>> inForce)
    {
        var body = new BodyReader(json);
        body.Allow("seed", "from", "days", "arrivalsPerDay", "followDays", "members", "mix", "candidates", "conversionPercent", "delayDays",
            "cancellationPercent", "cancellationWithinDays", "disputePercent", "upheldPercent", "concurrency", "limits");
        var (from, limits) = (body.Date("from"), Part(body, "limits", "monthMinor", "memberMonthMinor"));
        if (from.Year is < 2000 or > 2100)
            throw ProblemException.Field("from", "from must lie between 2000 and 2100.");
        var rules = new Dictionary<string, RuleSetDocument>(await inForce(from), StringComparer.Ordinal);
        foreach (var (vertical, candidate) in body.Find("candidates") is null ? [] : WhatIfRequest.ReadCandidates(body))
            rules[vertical] = candidate;
        var settings = new FlowSettings
        {
            Seed = body.Integer("seed"),
            From = from,
            Days = Number(body, "", "days", 1, 731, 30),
            ArrivalsPerDay = Number(body, "", "arrivalsPerDay", 1, 10_000, 20),
            FollowDays = Number(body, "", "followDays", 0, 1_096, 120),
            Members = Number(body, "", "members", 2, 10_000, 100),
            Mix = Mix(body, rules),
            Conversion = Conversion(Part(body, "conversionPercent", "acknowledged", "intake", "settled", "completed")),
            Delays = Delays(Part(body, "delayDays", "acknowledgement", "intake", "settlement", "outcome")),
            CancellationPercent = Number(body, "", "cancellationPercent", 0, 100, 3),
            CancellationWithinDays = Number(body, "", "cancellationWithinDays", 0, 1_096, 180),
            DisputePercent = Number(body, "", "disputePercent", 0, 100, 2),
            UpheldPercent = Number(body, "", "upheldPercent", 0, 100, 40),
        };
        if (settings.Days * (long)settings.ArrivalsPerDay > FlowSettings.MaxDeals)
            throw ProblemException.Field("arrivalsPerDay", $"days × arrivalsPerDay must be at most {FlowSettings.MaxDeals} deals.");
        return new DealFlowRequest(
            settings, Number(body, "", "concurrency", 1, 1_024, 256), Amount(limits, "limits.", "monthMinor"), Amount(limits, "limits.", "memberMonthMinor"));
    }

    private static FlowConversion Conversion(BodyReader part) => new(
        Number(part, "conversionPercent.", "acknowledged", 0, 100, 90), Number(part, "conversionPercent.", "intake", 0, 100, 85),
        Number(part, "conversionPercent.", "settled", 0, 100, 70), Number(part, "conversionPercent.", "completed", 0, 100, 95));

    private static FlowDelays Delays(BodyReader part) => new(
        Number(part, "delayDays.", "acknowledgement", 0, 366, 5), Number(part, "delayDays.", "intake", 0, 366, 14),
        Number(part, "delayDays.", "settlement", 0, 366, 45), Number(part, "delayDays.", "outcome", 0, 366, 10));

    private static FlowVertical[] Mix(BodyReader body, Dictionary<string, RuleSetDocument> rules)
    {
        if (body.Find("mix") is not { } mix)
        {
            return rules.Count == 0
                ? throw new ProblemException(new Refusal(RefusalCodes.RateCardMissing, "No vertical has rules on that day: name candidates.", "candidates"))
                : [.. rules.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => Vertical(pair.Value, 1, default, ""))];
        }
        if (mix.ValueKind != JsonValueKind.Array || mix.GetArrayLength() == 0)
            throw ProblemException.Field("mix", "mix must be an array of verticals with weights.");
        var parts = mix.EnumerateArray().Select((item, i) => Part(item, $"mix[{i}]", rules)).ToArray();
        return parts.DistinctBy(part => part.Rules.Vertical, StringComparer.Ordinal).Count() == parts.Length
            ? parts
            : throw ProblemException.Field("mix", "mix names a vertical twice.");
    }

    private static FlowVertical Part(JsonElement item, string path, Dictionary<string, RuleSetDocument> rules)
    {
        if (item.ValueKind != JsonValueKind.Object)
            throw ProblemException.Field(path, $"{path} must be an object.");
        var part = new BodyReader(item);
        part.Allow("vertical", "weight", "valueMinor");
        var code = part.Text("vertical");
        return rules.TryGetValue(code, out var document)
            ? Vertical(document, Number(part, $"{path}.", "weight", 1, MaxWeight, 1), Part(part, "valueMinor", "least", "most"), $"{path}.valueMinor.")
            : throw new ProblemException(new Refusal(RefusalCodes.RateCardMissing, $"{code} has no rules on that day and no candidate.", $"{path}.vertical"));
    }

    private static FlowVertical Vertical(RuleSetDocument rules, int weight, BodyReader values, string path)
    {
        var (least, most) = (Amount(values, path, "least") ?? 100_000, Amount(values, path, "most") ?? 100_000_000);
        return least is >= 1 && least <= most
            ? new FlowVertical(rules, weight, least, most)
            : throw ProblemException.Field($"{path}least", $"{path}least must be from 1 to {path}most.");
    }

    private static BodyReader Part(BodyReader body, string name, params ReadOnlySpan<string> members)
    {
        if (body.Find(name) is not { } part)
            return default;
        if (part.ValueKind != JsonValueKind.Object)
            throw ProblemException.Field(name, $"{name} must be an object.");
        var reader = new BodyReader(part);
        reader.Allow(members);
        return reader;
    }

    private static int Number(BodyReader body, string path, string name, int least, int most, int otherwise) =>
        (int)(Whole(body, path, name, least, most) ?? otherwise);

    private static long? Amount(BodyReader body, string path, string name) => Whole(body, path, name, 0, Money.MaxMinor);

    private static long? Whole(BodyReader body, string path, string name, long least, long most) => body.Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt64(out var number) && number >= least && number <= most => number,
        _ => throw ProblemException.Field($"{path}{name}", $"{path}{name} must be an integer from {least} to {most}."),
    };
}

/// <summary>A deal-flow request; see docs/simulator.md.</summary>
internal sealed record DealFlowBody(
    long Seed, DateOnly From, int? Days, int? ArrivalsPerDay, int? FollowDays, int? Members, FlowMixBody[]? Mix, JsonElement[]? Candidates,
    FlowConversionBody? ConversionPercent, FlowDelaysBody? DelayDays, int? CancellationPercent, int? CancellationWithinDays, int? DisputePercent,
    int? UpheldPercent, int? Concurrency, FlowLimitsBody? Limits);

/// <summary>A vertical's part of the traffic.</summary>
internal sealed record FlowMixBody(string Vertical, int? Weight, FlowValuesBody? ValueMinor);

/// <summary>Settled values, minor units.</summary>
internal sealed record FlowValuesBody(long? Least, long? Most);

/// <summary>Of a hundred deals at a step, how many reach the next.</summary>
internal sealed record FlowConversionBody(int? Acknowledged, int? Intake, int? Settled, int? Completed);

/// <summary>The most days that a step takes.</summary>
internal sealed record FlowDelaysBody(int? Acknowledgement, int? Intake, int? Settlement, int? Outcome);

/// <summary>What counts as a breach, minor units.</summary>
internal sealed record FlowLimitsBody(long? MonthMinor, long? MemberMonthMinor);

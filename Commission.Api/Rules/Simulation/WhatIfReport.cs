using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Commission.Domain.Rules.Simulation;

namespace Commission.Api.Rules.Simulation;

/// <summary>What the history cost, and what it would have cost. The same history and candidates give the same bytes.</summary>
internal sealed record WhatIfReport(
    string Currency, long Deals, IReadOnlyDictionary<string, long> Skipped, Change Total, Change Platform, IReadOnlyDictionary<string, Change> ByVertical,
    IReadOnlyDictionary<string, ProductChange> ByProduct, IReadOnlyDictionary<string, Change> ByMonth, IReadOnlyDictionary<string, Change> ByKind,
    long LaterEvents, IReadOnlyDictionary<string, long> NotCompared, int Winners, int Losers, IReadOnlyList<MemberRow> Members,
    IReadOnlyList<CapRow> Caps, IReadOnlyList<GateRow> Gates, long BreachCount, IReadOnlyList<WhatIfBreach> Breaches)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
    };

    public static WhatIfReport Of(string currency, WhatIfTotals before, WhatIfTotals after, IReadOnlyList<GateRow> gates)
    {
        var members = WhatIfTotals.WinnersAndLosers(before, after);
        return new WhatIfReport(
            currency, after.Deals, after.Skipped, new Change(before.CommissionMinor, after.CommissionMinor),
            new Change(before.PlatformMinor, after.PlatformMinor), Changes(before.ByVertical, after.ByVertical),
            before.ByProduct.Keys.Union(after.ByProduct.Keys).Order(StringComparer.Ordinal).ToDictionary(
                key => key, key => ProductChange.Of(before.ByProduct.GetValueOrDefault(key), after.ByProduct.GetValueOrDefault(key)), StringComparer.Ordinal),
            Changes(before.ByMonth, after.ByMonth), Changes(Named(before.ByKind), Named(after.ByKind)),
            after.LaterEvents, after.NotCompared, members.Count(member => member.DifferenceMinor > 0), members.Count(member => member.DifferenceMinor < 0),
            [.. members.Select(member => new MemberRow(member.Member.ToString(), member.BeforeMinor, member.AfterMinor, member.DifferenceMinor))],
            [.. after.Caps.Select(CapRow.Of)], gates, after.BreachCount + gates.Count, [.. gates.Select(gate => gate.Breach()), .. after.Breaches]);
    }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Options);

    /// <summary>One line per figure, for spreadsheets.</summary>
    public static string ToCsv(byte[] json)
    {
        var report = JsonSerializer.Deserialize<WhatIfReport>(json, Options)!;
        var text = new StringBuilder("group,key,before_minor,after_minor,difference_minor,currency\r\n");
        void Line(string group, string key, long before, long after) =>
            text.Append(CultureInfo.InvariantCulture, $"{group},{key},{before},{after},{after - before},{report.Currency}\r\n");
        Line("total", "", report.Total.BeforeMinor, report.Total.AfterMinor);
        Line("platform", "", report.Platform.BeforeMinor, report.Platform.AfterMinor);
        foreach (var (key, change) in report.ByVertical)
            Line("vertical", key, change.BeforeMinor, change.AfterMinor);
        foreach (var (key, change) in report.ByProduct)
            Line("product", key, change.BeforeMinor, change.AfterMinor);
        foreach (var (key, change) in report.ByMonth)
            Line("month", key, change.BeforeMinor, change.AfterMinor);
        foreach (var (key, change) in report.ByKind)
            Line("kind", key, change.BeforeMinor, change.AfterMinor);
        foreach (var member in report.Members)
            Line("member", member.Member, member.BeforeMinor, member.AfterMinor);
        foreach (var cap in report.Caps)
        {
            var key = Quoted($"{cap.Vertical}/{cap.Product} {cap.Component} per {cap.Cap}");
            Line("cut by cap", key, 0, cap.CutMinor);
            Line("deals at cap", key, 0, cap.Deals);
        }
        foreach (var gate in report.Gates)
            Line("deals at gate", Quoted($"{gate.Vertical} {gate.Path}: {gate.Clause}"), 0, gate.Deals);
        foreach (var breach in report.Breaches)
            Line("breach of " + breach.Kind, Quoted(breach.Subject), breach.LimitMinor, breach.FoundMinor);
        return text.ToString();
    }

    private static string Quoted(string text) =>
        text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;

    private static Dictionary<string, long> Named(IReadOnlyDictionary<WhatIfKind, long> kinds) =>
        kinds.ToDictionary(kind => kind.Key.ToString().ToLowerInvariant(), kind => kind.Value, StringComparer.Ordinal);

    private static Dictionary<string, Change> Changes(IReadOnlyDictionary<string, long> before, IReadOnlyDictionary<string, long> after) =>
        before.Keys.Union(after.Keys).Order(StringComparer.Ordinal).ToDictionary(
            key => key, key => new Change(before.GetValueOrDefault(key), after.GetValueOrDefault(key)), StringComparer.Ordinal);
}

/// <summary>A figure under the pinned rules and under the candidates, minor units.</summary>
internal sealed record Change(long BeforeMinor, long AfterMinor)
{
    public long DifferenceMinor => AfterMinor - BeforeMinor;
}

/// <summary>A product's figures.</summary>
internal sealed record ProductChange(long Deals, long BeforeMinor, long AfterMinor)
{
    public static ProductChange Of(ProductTotal before, ProductTotal after) =>
        new(Math.Max(before.Deals, after.Deals), before.CommissionMinor, after.CommissionMinor);
}

/// <summary>A member whose total would change; the largest loss first.</summary>
internal sealed record MemberRow(string Member, long BeforeMinor, long AfterMinor, long DifferenceMinor);

/// <summary>A cap of a candidate, the deals that it cuts, and what is paid to nobody therefore.</summary>
internal sealed record CapRow(string Vertical, string Product, string Component, string Cap, long Deals, long CutMinor)
{
    public static CapRow Of(CapTotal cap) =>
        new(cap.Vertical, cap.Product, cap.Component, cap.Cap.ToString().ToLowerInvariant(), cap.Deals, cap.CutMinor);
}

/// <summary>A clause of its vertical that a candidate breaks, with the deals of the product and what they would accrue.</summary>
internal sealed record GateRow(
    string Vertical, string Product, string Clause, string Path, string Expected, string Found, long Deals, long CommissionMinor)
{
    /// <summary>Nothing of it may be paid.</summary>
    public WhatIfBreach Breach() => new("gate", $"{Vertical} {Path}: {Clause}", 0, CommissionMinor);
}

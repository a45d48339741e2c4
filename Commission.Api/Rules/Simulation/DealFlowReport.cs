using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Commission.Domain;

namespace Commission.Api.Rules.Simulation;

/// <summary>What simulated traffic came to. All but <see cref="DealFlowReport.Measured"/> follows from the request.</summary>
internal sealed record DealFlowReport(DealFlowOutcome Outcome, string Digest, FlowBooksView Books, FlowMeasured Measured)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
    };

    public static DealFlowReport Of(DealFlowRequest request, DealFlowPlay play, DealFlowBooks books, TimeSpan took)
    {
        var (settings, tally) = (request.Settings, play.Tally);
        FlowBreach[] breaches =
        [
            .. Over(books.ByMonth, "month", request.MonthLimitMinor), .. Over(books.ByMemberMonth, "memberMonth", request.MemberMonthLimitMinor),
        ];
        var outcome = new DealFlowOutcome(
            settings.Seed, settings.From, settings.Last, settings.Deals,
            settings.Mix.ToDictionary(part => part.Rules.Vertical, part => part.Rules.Hash.ToString(), StringComparer.Ordinal),
            tally.Steps, tally.Events, tally.Refusals, tally.PeakOpen, books.Totals, [.. books.ByVertical], [.. books.ByMonth], [.. books.ByMember],
            breaches);
        var (commands, median, p99) = tally.Measured();
        return new DealFlowReport(
            outcome, Hash.Of(JsonSerializer.SerializeToUtf8Bytes(outcome, Options)).ToString(),
            new FlowBooksView(books.Ledger, books.Entries, books.Handshakes, books.Leaves, books.Fault),
            new FlowMeasured(
                Milliseconds(took), commands, (long)(commands / Math.Max(0.001, took.TotalSeconds)), request.Concurrency,
                Milliseconds(median), Milliseconds(p99)));
    }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Options);

    /// <summary>One line per figure, for spreadsheets.</summary>
    public static string ToCsv(byte[] json)
    {
        var outcome = JsonSerializer.Deserialize<DealFlowReport>(json, Options)!.Outcome;
        var text = new StringBuilder("group,key,figure,currency\r\n");
        void Line(string group, string key, long figure, string currency) =>
            text.Append(CultureInfo.InvariantCulture, $"{group},{key},{figure},{currency}\r\n");
        foreach (var (step, count) in outcome.Steps)
            Line("handshakes", step, count, "");
        foreach (var (happened, count) in outcome.Events)
            Line("events", happened, count, "");
        foreach (var (currency, total) in outcome.Totals)
        {
            Line("total", "commission", total.CommissionMinor, currency);
            Line("total", "platform", total.PlatformMinor, currency);
            Line("total", "clawed back", total.ClawedBackMinor, currency);
        }
        foreach (var (group, figures) in new[] { ("vertical", outcome.ByVertical), ("month", outcome.ByMonth), ("member", outcome.Members) })
        {
            foreach (var figure in figures)
                Line(group, figure.Name, figure.CommissionMinor, figure.Currency);
        }
        foreach (var breach in outcome.Breaches)
            Line($"breach of {breach.Kind}", breach.Subject, breach.FoundMinor, breach.Currency);
        return text.ToString();
    }

    private static IEnumerable<FlowBreach> Over(IEnumerable<FlowFigure> figures, string kind, long? limit) => limit is not { } most
        ? []
        : figures.Where(figure => figure.CommissionMinor > most)
            .Select(figure => new FlowBreach(kind, figure.Name, figure.Currency, most, figure.CommissionMinor));

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;
}

/// <summary>What follows from the request alone: the same request gives the same bytes, and so the same digest.</summary>
internal sealed record DealFlowOutcome(
    long Seed, DateOnly From, DateOnly To, int Deals, IReadOnlyDictionary<string, string> Rules, IReadOnlyDictionary<string, long> Steps,
    IReadOnlyDictionary<string, long> Events, IReadOnlyDictionary<string, long> Refusals, int PeakOpenDeals,
    IReadOnlyDictionary<string, FlowTotal> Totals, IReadOnlyList<FlowFigure> ByVertical, IReadOnlyList<FlowFigure> ByMonth,
    IReadOnlyList<FlowFigure> Members, IReadOnlyList<FlowBreach> Breaches);

/// <summary>A limit that was broken.</summary>
internal sealed record FlowBreach(string Kind, string Subject, string Currency, long LimitMinor, long FoundMinor);

/// <summary>The books of the simulated world.</summary>
/// <param name="Ledger">Name of the ledger.</param>
/// <param name="Entries">Its entries.</param>
/// <param name="Handshakes">Name of the handshakes' book.</param>
/// <param name="Leaves">Its leaves.</param>
/// <param name="Fault">What verification found, or null.</param>
internal sealed record FlowBooksView(string Ledger, long Entries, string Handshakes, long Leaves, string? Fault);

/// <summary>How the engine took it.</summary>
internal sealed record FlowMeasured(
    long Milliseconds, int Commands, long CommandsPerSecond, int Concurrency, long MedianMilliseconds, long P99Milliseconds);

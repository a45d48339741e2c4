using System.Text.Json;
using Commission.Domain.Disputes;
using Commission.Domain.Payouts.Calendar;
using Commission.Grains.Interfaces.Disputes;
using Commission.Storage.Disputes;

namespace Commission.Api.Disputes;

internal sealed record OpenBody(string? Member, string Reason, string Text, long[] Entries, string? Region);

internal sealed record AssignBody(string Assignee);

internal sealed record TextBody(string Text);

internal sealed record DecideBody(string Outcome, string Text, DecidedAmountBody[]? Amounts);

internal sealed record DecidedAmountBody(long Entry, long AmountMinor);

internal sealed record EmptyBody;

/// <summary>Words of a dispute as JSON has them.</summary>
internal static class DisputeWords
{
    public static string Of<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    public static bool TryParse<T>(string text, out T value) where T : struct, Enum
    {
        value = Enum.GetValues<T>().FirstOrDefault(known => Of(known) == text);
        return Of(value) == text;
    }
}

/// <summary>The clock, in seconds of business time; eight hours are a business day.</summary>
internal sealed record DisputeClockView(
    bool Running, long UsedSeconds, long LeftSeconds, double BusinessDaysLeft, DateTimeOffset? WarnAt, DateTimeOffset? DueAt, DateTimeOffset? WarnedAt,
    DateTimeOffset? BreachedAt)
{
    public static DisputeClockView Of(DisputeState state, DisputeClockReading reading) => new(
        reading.IsRunning, (long)reading.Used.TotalSeconds, (long)reading.Left.TotalSeconds, Math.Round(reading.Left / BusinessHours.Day, 1), reading.WarnAt,
        reading.DueAt, state.WarnedAt, state.BreachedAt);
}

/// <summary>A dispute as the queue shows it.</summary>
internal sealed record DisputeItem(
    string Id, string Member, string Status, string Reason, DateTimeOffset OpenedAt, string? Assignee, bool Escalated, long AmountMinor, string Currency,
    DisputeClockView Clock)
{
    public static DisputeItem Of(DisputeState state, DisputeClockReading reading) => new(
        state.Id.ToString(), state.Member.ToString(), DisputeWords.Of(state.Status), DisputeWords.Of(state.Reason), state.OpenedAt, state.Assignee?.ToString(),
        state.EscalatedAt is not null, state.Contested.Sum(entry => entry.Amount.Minor), state.Contested[0].Amount.Currency.Code,
        DisputeClockView.Of(state, reading));
}

/// <summary>An entry that is contested, with the evidence of it. Held: it was unpaid, and no payout has it until the decision.</summary>
internal sealed record ContestedView(
    long Sequence, string Entry, string Deal, long AmountMinor, string Currency, bool Held, long? DecidedMinor, string Evidence);

internal sealed record DisputeMessageView(int Number, string Author, DateTimeOffset At, string Text);

internal sealed record DecisionView(string Outcome, string By, DateTimeOffset At);

/// <summary>A dispute with all that was said.</summary>
internal sealed record DisputeView(
    string Id, string Member, string Status, string Reason, string Region, DateTimeOffset OpenedAt, string OpenedBy, string? Assignee,
    DateTimeOffset? EscalatedAt, IReadOnlyList<ContestedView> Entries, DisputeClockView Clock, DecisionView? Decision, DateTimeOffset? EndedAt,
    IReadOnlyList<DisputeMessageView> Messages)
{
    public static DisputeView Of(DisputeResult result, IReadOnlyList<long> places, IReadOnlyList<DisputeMessage> messages)
    {
        var state = result.State!;
        return new DisputeView(
            state.Id.ToString(), state.Member.ToString(), DisputeWords.Of(state.Status), DisputeWords.Of(state.Reason), state.Region.Name(), state.OpenedAt,
            state.OpenedBy.ToString(), state.Assignee?.ToString(), state.EscalatedAt,
            [.. state.Contested.Select((entry, i) => Contested(state, entry, places[i]))], DisputeClockView.Of(state, result.Clock!),
            state.Decision is { } decision ? new DecisionView(DisputeWords.Of(decision.Outcome), decision.By.ToString(), decision.At) : null, state.EndedAt,
            [.. messages.Select(message => new DisputeMessageView(message.Number, message.Author.ToString(), message.At, message.Text))]);
    }

    private static ContestedView Contested(DisputeState state, ContestedEntry entry, long place)
    {
        var decided = state.Decision?.Amounts.Where(amount => amount.Entry == entry.Entry).Select(amount => (long?)amount.AmountMinor).FirstOrDefault();
        return new ContestedView(
            place, entry.Entry.ToString(), entry.Deal.ToString(), entry.Amount.Minor, entry.Amount.Currency.Code, entry.IsHeld, decided,
            $"/api/v1/books/ledger/entries/{place}/evidence");
    }
}

/// <summary>How disputes keep their time; decided ones of the last 90 days.</summary>
internal sealed record DisputeFiguresView(long Open, long Overdue, long Warned, long Decided, long DecidedLate, double? MedianBusinessDays)
{
    public static DisputeFiguresView Of(DisputeFigures figures) => new(
        figures.Open, figures.Overdue, figures.Warned, figures.Decided, figures.DecidedLate,
        figures.MedianSeconds is { } seconds ? Math.Round(seconds / BusinessHours.Day.TotalSeconds, 2) : null);
}

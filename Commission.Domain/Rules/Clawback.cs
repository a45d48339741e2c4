using Commission.Domain.Amounts;

namespace Commission.Domain.Rules;

/// <summary>How much of a commission is taken back when a deal ends early.</summary>
public abstract record ClawbackSchedule
{
    /// <summary>The fraction of the original that an end after this time takes back.</summary>
    internal abstract (Int128 Numerator, Int128 Denominator) FractionAt(int completeMonths, int days);

    /// <summary>After this many complete months nothing is taken back; null when time does not matter.</summary>
    internal abstract int? LastMonth { get; }

    /// <summary>The schedule as a sentence without its end.</summary>
    internal abstract string InWords();
}

/// <summary>One step of a cliff schedule.</summary>
/// <param name="BeforeMonths">It holds while fewer months than this are complete.</param>
/// <param name="Rate">What is taken back.</param>
public sealed record ClawbackStep(int BeforeMonths, Rate Rate);

/// <summary>Steps: 100 % before month 12, 50 % before month 24, then nothing.</summary>
public sealed record ClawbackCliffs(IReadOnlyList<ClawbackStep> Steps) : ClawbackSchedule
{
    internal override int? LastMonth => Steps[^1].BeforeMonths;

    internal override (Int128 Numerator, Int128 Denominator) FractionAt(int completeMonths, int days)
    {
        var step = Steps.FirstOrDefault(step => completeMonths < step.BeforeMonths);
        return step is null ? (0, 1) : (step.Rate.Units, step.Rate.Denominator);
    }

    internal override string InWords() =>
        string.Join(", ", Steps.Select(step => $"{step.Rate} % before {step.BeforeMonths} complete months"));
}

/// <summary>All of it before the cliff, then less each month until nothing is left.</summary>
/// <param name="CliffMonths">All is taken back while fewer months are complete.</param>
/// <param name="EndMonths">From this month on nothing is taken back.</param>
public sealed record ClawbackCliffThenLinear(int CliffMonths, int EndMonths) : ClawbackSchedule
{
    internal override int? LastMonth => EndMonths;

    internal override (Int128 Numerator, Int128 Denominator) FractionAt(int completeMonths, int days) =>
        completeMonths < CliffMonths ? (1, 1)
        : completeMonths >= EndMonths ? (0, 1)
        : (EndMonths - completeMonths, EndMonths - CliffMonths);

    internal override string InWords() =>
        $"100 % before {CliffMonths} complete months, then in equal monthly steps down to nothing at {EndMonths} complete months";
}

/// <summary>The part of the term that has not run.</summary>
/// <param name="TermDays">Days of the whole term.</param>
public sealed record ClawbackUnexpiredDays(int TermDays) : ClawbackSchedule
{
    internal override int? LastMonth => (TermDays + 30) / 31;

    internal override (Int128 Numerator, Int128 Denominator) FractionAt(int completeMonths, int days) =>
        (Math.Clamp(TermDays - days, 0, TermDays), TermDays);

    internal override string InWords() => $"the unexpired days of {TermDays}, pro rata";
}

/// <summary>The part of the client's money that went back.</summary>
public sealed record ClawbackOfRefund : ClawbackSchedule
{
    internal override int? LastMonth => null;

    internal override (Int128 Numerator, Int128 Denominator) FractionAt(int completeMonths, int days) => (0, 1);

    internal override string InWords() => "in proportion to the amount refunded";
}

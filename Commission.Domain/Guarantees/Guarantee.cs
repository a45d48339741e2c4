namespace Commission.Domain.Guarantees;

/// <summary>The six things that the engine guarantees, each checked on live data.</summary>
public enum Guarantee
{
    /// <summary>G1: no accrual without an unbroken chain of handshakes to a referral.</summary>
    Attribution = 1,
    /// <summary>G2: five handshakes, by the right actors, in order, before any money accrues.</summary>
    Authority = 2,
    /// <summary>G3: the version in force on the referral date decides, and gives the same bytes for ever.</summary>
    RightRule = 3,
    /// <summary>G4: integer cents; debits equal credits; balances equal the replay of the entries.</summary>
    ExactMoney = 4,
    /// <summary>G5: any change, deletion, reordering or truncation is found out.</summary>
    Immutable = 5,
    /// <summary>G6: paid exactly once, in time, with evidence.</summary>
    PaidOnce = 6,
}

/// <summary>Names and statements.</summary>
public static class GuaranteeNames
{
    /// <summary>All of them, in order.</summary>
    public static IReadOnlyList<Guarantee> All { get; } = Enum.GetValues<Guarantee>();

    /// <summary>G1 to G6.</summary>
    public static string Code(this Guarantee guarantee) => $"G{(int)guarantee}";

    /// <summary>What it is called.</summary>
    public static string Name(this Guarantee guarantee) => guarantee switch
    {
        Guarantee.Attribution => "attribution",
        Guarantee.Authority => "authority",
        Guarantee.RightRule => "the right rule",
        Guarantee.ExactMoney => "exact money",
        Guarantee.Immutable => "immutable",
        Guarantee.PaidOnce => "paid exactly once",
        _ => throw new ArgumentOutOfRangeException(nameof(guarantee)),
    };

    /// <summary>What it says, in one sentence.</summary>
    public static string Statement(this Guarantee guarantee) => guarantee switch
    {
        Guarantee.Attribution => "No accrual stands without an unbroken chain of handshakes to a referral.",
        Guarantee.Authority => "Five handshakes, signed by the right actors in order, come before any money accrues.",
        Guarantee.RightRule => "The version in force on the referral date decides, somebody else than its author approved it, and it gives the same amounts for ever.",
        Guarantee.ExactMoney => "Debits equal credits, and every balance is what the entries add up to, to the cent.",
        Guarantee.Immutable => "No leaf of a book was changed, deleted, moved or cut off since it was signed.",
        Guarantee.PaidOnce => "Every complete deal's commission stands in the ledger once and is paid at most once; batch, ledger and rail agree; payouts and disputes keep their time.",
        _ => throw new ArgumentOutOfRangeException(nameof(guarantee)),
    };
}

/// <summary>What a check came to.</summary>
public enum Verdict
{
    /// <summary>Nothing was found against it.</summary>
    Holds,
    /// <summary>Something was found against it.</summary>
    Broken,
    /// <summary>Something that it needs could not be read: it is neither shown nor refuted.</summary>
    NotChecked,
}

/// <summary>Words for verdicts.</summary>
public static class Verdicts
{
    /// <summary>The word in answers.</summary>
    public static string Word(this Verdict verdict) => verdict switch
    {
        Verdict.Holds => "holds",
        Verdict.Broken => "broken",
        _ => "could not be checked",
    };
}

/// <summary>Something that speaks against a guarantee.</summary>
/// <param name="Where">The book and leaf, account, deal or table row.</param>
/// <param name="What">What is wrong there.</param>
public sealed record Violation(string Where, string What);

/// <summary>One guarantee as a run found it.</summary>
/// <param name="Guarantee">Which.</param>
/// <param name="Verdict">What it came to.</param>
/// <param name="Evidence">How much was looked at, by what it is.</param>
/// <param name="Violations">The first of what was found.</param>
/// <param name="ViolationCount">How many were found.</param>
/// <param name="LateCount">How many of them say only that something is late.</param>
/// <param name="Notes">What the verdict does not cover.</param>
/// <param name="DurationMilliseconds">Time that it took.</param>
public sealed record GuaranteeOutcome(
    Guarantee Guarantee, Verdict Verdict, IReadOnlyDictionary<string, long> Evidence, IReadOnlyList<Violation> Violations, int ViolationCount, int LateCount,
    IReadOnlyList<string> Notes, long DurationMilliseconds);

using System.Security.Cryptography;
using System.Text;
using Commission.Domain.Rules;

namespace Commission.Domain.Deals;

/// <summary>
/// What a deal remembers of the time after its completion; most deals have none. Bounded: amounts are added up per line, used
/// keys are digests, and only the latest answers are kept whole. The history stands in the books.
/// </summary>
[GenerateSerializer, Alias("LaterState")]
public sealed record LaterState
{
    /// <summary>Revenues, milestones and clawbacks of one deal at most: 50 years of monthly payments.</summary>
    public const int MaxEvents = 600;

    /// <summary>Answers that are kept whole, for requests that come again.</summary>
    public const int MaxReceipts = 16;

    /// <summary>A deal to which nothing has happened since its completion.</summary>
    public static LaterState Start { get; } = new();

    /// <summary>What each party was credited by each component, the settlement's included; what accumulators credit is theirs.</summary>
    [Id(0)] public LaterLine[] Lines { get; init; } = [];
    /// <summary>128-bit digests of used business keys.</summary>
    [Id(1)] public UInt128[] UsedKeys { get; init; } = [];
    /// <summary>The latest answers, oldest first.</summary>
    [Id(2)] public DealReceipt[] Receipts { get; init; } = [];
    /// <summary>Milestones that were reached.</summary>
    [Id(3)] public string[] Milestones { get; init; } = [];
    /// <summary>Recorded balances that the trail run has not paid on yet, by month.</summary>
    [Id(4)] public TrailBalance[] Balances { get; init; } = [];
    /// <summary>Months whose balance was recorded, paid or not: bit n − 1 is month n of the deal's life.</summary>
    [Id(5)] public ulong[] Months { get; init; } = [];
    /// <summary>What the client paid: invoices and premiums, minor units.</summary>
    [Id(6)] public long PaidMinor { get; init; }
    /// <summary>What went back to the client, minor units.</summary>
    [Id(7)] public long RefundedMinor { get; init; }
    /// <summary>Payments that accumulators count: a clawback has to name them again.</summary>
    [Id(8)] public CountedPayment[] Payments { get; init; } = [];
    /// <summary>How much of its contribution to accumulators each component has lost by clawback.</summary>
    [Id(9)] public TakenPart[] Taken { get; init; } = [];
    /// <summary>The revision under which contributions are stated; a clawback that changes them raises it.</summary>
    [Id(10)] public int Revision { get; init; }

    /// <summary>Months whose balance was recorded.</summary>
    public int RecordedMonths => Months.Sum(word => System.Numerics.BitOperations.PopCount(word));

    /// <summary>The digest of a business key.</summary>
    /// <param name="kind">What it is the key of; keys of different kinds never meet.</param>
    /// <param name="key">The key.</param>
    public static UInt128 DigestOf(string kind, string key) =>
        System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}\n{key}")));

    /// <summary>Whether a month of the deal's life has its balance.</summary>
    public bool HasMonth(int month) => (month - 1) / 64 is var word && word < Months.Length && (Months[word] >> ((month - 1) % 64) & 1) == 1;

    /// <summary>The months with one more.</summary>
    public ulong[] WithMonthRecorded(int month)
    {
        var words = new ulong[Math.Max(Months.Length, ((month - 1) / 64) + 1)];
        Months.CopyTo(words, 0);
        words[(month - 1) / 64] |= 1UL << ((month - 1) % 64);
        return words;
    }
}

/// <summary>What a party was credited by a component.</summary>
/// <param name="Component">The clause.</param>
/// <param name="Party">The role.</param>
/// <param name="Payee">Who; null for the platform.</param>
/// <param name="OriginalMinor">All that was credited.</param>
/// <param name="ReversedMinor">What clawbacks took back, positive.</param>
/// <param name="Facts">The facts of the latest calculation that credited it: what a clawback corrects.</param>
[GenerateSerializer, Immutable, Alias("LaterLine")]
public sealed record LaterLine(
    [property: Id(0)] string Component, [property: Id(1)] Party Party, [property: Id(2)] ContactId? Payee,
    [property: Id(3)] long OriginalMinor, [property: Id(4)] long ReversedMinor, [property: Id(5)] Hash Facts);

/// <summary>A recorded balance.</summary>
/// <param name="Month">First day of its month.</param>
/// <param name="BalanceMinor">Minor units.</param>
[GenerateSerializer, Immutable, Alias("TrailBalance")]
public sealed record TrailBalance([property: Id(0)] DateOnly Month, [property: Id(1)] long BalanceMinor);

/// <summary>A payment that accumulators count.</summary>
[GenerateSerializer, Immutable, Alias("CountedPayment")]
public sealed record CountedPayment(
    [property: Id(0)] RevenueKind Kind, [property: Id(1)] string Key, [property: Id(2)] DateOnly On, [property: Id(3)] long AmountMinor)
{
    internal RevenueReceived Event(DateOnly settledOn) => new(Kind, Key, On, AmountMinor, DealTime.MonthOf(settledOn, On));
}

/// <summary>The largest part of a component's contribution that clawbacks took so far.</summary>
[GenerateSerializer, Immutable, Alias("TakenPart")]
public sealed record TakenPart([property: Id(0)] string Component, [property: Id(1)] long Numerator, [property: Id(2)] long Denominator);

/// <summary>The answer to a command after completion: kept, so that a request that comes again gets it again.</summary>
/// <param name="Deal">The deal.</param>
/// <param name="Request">The request.</param>
/// <param name="Event">revenue, milestone or clawback.</param>
/// <param name="Kind">The kind of revenue, or why it was clawed back; null for a milestone.</param>
/// <param name="Key">The business key, or the milestone's name.</param>
/// <param name="On">Its date.</param>
/// <param name="AmountMinor">The revenue, or what was refunded this time; null where none was stated.</param>
/// <param name="Month">A balance's month: its first day.</param>
/// <param name="RecordedAt">When the engine accepted it.</param>
/// <param name="Accruals">What it changed at once; negative for what is taken back.</param>
/// <param name="FactsHash">The facts of the calculation.</param>
/// <param name="ExplanationHash">Its explanation.</param>
/// <param name="Accumulators">Components that count it in an accumulator, which accrues by itself.</param>
/// <param name="Reach">For a clawback: how far it reached.</param>
[GenerateSerializer, Immutable, Alias("DealReceipt")]
public sealed record DealReceipt(
    [property: Id(0)] DealId Deal, [property: Id(1)] RequestFingerprint Request, [property: Id(2)] string Event, [property: Id(3)] string? Kind,
    [property: Id(4)] string Key, [property: Id(5)] DateOnly On, [property: Id(6)] long? AmountMinor, [property: Id(7)] DateOnly? Month,
    [property: Id(8)] DateTimeOffset RecordedAt, [property: Id(9)] Accrual[] Accruals, [property: Id(10)] Hash FactsHash,
    [property: Id(11)] Hash ExplanationHash, [property: Id(12)] string[] Accumulators, [property: Id(13)] ClawbackReach? Reach);

/// <summary>How far a clawback reached.</summary>
/// <param name="CreditedMinor">All that the deal itself had credited.</param>
/// <param name="ReversedBeforeMinor">What earlier clawbacks took.</param>
/// <param name="ReversedMinor">What this one takes.</param>
/// <param name="RefundedMinor">What went back to the client to date.</param>
/// <param name="RefundBaseMinor">What the client had paid: no more than this can count as refunded.</param>
/// <param name="Capped">Whether more was asked for than could be taken.</param>
[GenerateSerializer, Immutable, Alias("ClawbackReach")]
public sealed record ClawbackReach(
    [property: Id(0)] long CreditedMinor, [property: Id(1)] long ReversedBeforeMinor, [property: Id(2)] long ReversedMinor,
    [property: Id(3)] long RefundedMinor, [property: Id(4)] long RefundBaseMinor, [property: Id(5)] bool Capped);

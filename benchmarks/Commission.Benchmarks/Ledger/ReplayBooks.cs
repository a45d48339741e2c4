using System.Security.Cryptography;
using Commission.Benchmarks.Harness;
using Commission.Benchmarks.Rules;
using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Ledger;
using Commission.Domain.Ledger.Log;
using Commission.Domain.Rules;
using Commission.Domain.Rules.Simulation;

namespace Commission.Benchmarks.Ledger;

/// <summary>
/// Every entry of a ledger recomputed from its rules and facts and compared, as <c>commission replay</c> does it with what it
/// read; against the calculations alone, and against SHA-256 of the same bytes.
/// </summary>
internal sealed class ReplayBooks : IBenchmark
{
    private const string Book = "ledger";

    public string Name => "replay";

    public Task RunAsync(BenchmarkOptions options, Report report)
    {
        var (document, deals) = (WhatIfHistory.Document(), WhatIfHistory.Deals(options.Quick ? 2_000 : 100_000));
        var entries = Entries(document, deals);
        var rates = OneCore.Race(
            options, entries.Length, () => Replay(document, entries), () => Calculate(document, deals), () => HashAll(entries));
        const string Work = "Entries of the ledger recomputed and compared, per second and core";
        report.CompareOnOneCore(Work, rates[0], rates[1], "the calculations with their explanations alone", null);
        report.CompareOnOneCore(Work, rates[0], rates[2], "SHA-256 of the same bytes", null);
        return Task.CompletedTask;
    }

    /// <summary>The entries of the deals' settlements as they stand in a book: bytes, and the facts with the first of each calculation.</summary>
    private static (byte[] Bytes, byte[]? Facts)[] Entries(RuleSetDocument document, WhatIfDeal[] deals)
    {
        var entries = new List<(byte[], byte[]?)>();
        var (head, tree, accounts) = (new BookHead(0, Hash.Zero), TreeEdge.Empty, new Dictionary<AccountKey, AccountHead>());
        foreach (var some in deals.Chunk(1_000))
        {
            var append = BookMachine.Append(Book, head, tree, accounts, [.. some.SelectMany(deal => Drafts(document, deal))], DateTimeOffset.UnixEpoch);
            entries.AddRange(append.Leaves.Select(leaf => (leaf.Bytes, ((EntryLeaf)leaf.Leaf).Entry.Facts)));
            (head, tree) = (append.Head, append.Tree);
            foreach (var (key, account) in append.Accounts)
                accounts[key] = account;
        }
        return [.. entries];
    }

    private static IEnumerable<BookRecord> Drafts(RuleSetDocument document, WhatIfDeal deal) => CalculationEntries.Of(
        new EntryCause(EntryKind.Accrual, deal.Subject.Deal, document.Vertical, Currency.Aud, deal.Subject.On, deal.Subject.Client),
        Calculator.Calculate(document, deal.Facts), _ => Hash.Zero);

    private static void Replay(RuleSetDocument document, (byte[] Bytes, byte[]? Facts)[] entries)
    {
        var replay = new CalculationReplay();
        foreach (var (bytes, facts) in entries)
        {
            if (replay.Next((EntryLeaf)LeafEncoding.Decode(bytes), facts, document) is { } fault)
                throw new InvalidOperationException(fault);
        }
        if (replay.End() is { } unfinished || replay.Entries != entries.Length)
            throw new InvalidOperationException("The replay is not complete.");
    }

    private static void Calculate(RuleSetDocument document, WhatIfDeal[] deals)
    {
        foreach (var deal in deals)
            Calculator.Calculate(document, deal.Facts);
    }

    private static void HashAll((byte[] Bytes, byte[]? Facts)[] entries)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        foreach (var (bytes, facts) in entries)
        {
            SHA256.HashData(bytes, hash);
            if (facts is not null)
                SHA256.HashData(facts, hash);
        }
    }
}

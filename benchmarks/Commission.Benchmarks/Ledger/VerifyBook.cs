using System.Security.Cryptography;
using Commission.Benchmarks.Harness;
using Commission.Domain;
using Commission.Domain.Ledger;
using Commission.Domain.Ledger.Log;

namespace Commission.Benchmarks.Ledger;

/// <summary>
/// A book of a million entries verified from its bytes: places, links of the book and of both accounts, balances, and the root
/// of the tree over them; against SHA-256 of the same bytes.
/// </summary>
internal sealed class VerifyBook : IBenchmark
{
    private const string Book = "benchmark";

    public string Name => "verify-book";

    public Task RunAsync(BenchmarkOptions options, Report report)
    {
        var (leaves, root) = Leaves(options.Quick ? 10_000 : 1_000_000);
        var rates = OneCore.Race(options, leaves.Length, () => Verify(leaves, root), () => HashAll(leaves));
        report.CompareOnOneCore(
            Report.Format($"Entries of a book of {leaves.Length:N0} verified, per second and core"), rates[0], rates[1],
            Report.Format($"SHA-256 of the same bytes ({leaves.Average(leaf => leaf.Length):N0} each)"), Goal.Min(0.4));
        return Task.CompletedTask;
    }

    private static (byte[][] Leaves, Hash Root) Leaves(int count)
    {
        var leaves = new List<byte[]>(count);
        var (head, tree, accounts) = (new BookHead(0, Hash.Zero), TreeEdge.Empty, new Dictionary<AccountKey, AccountHead>());
        while (leaves.Count < count)
        {
            var append = BookMachine.Append(Book, head, tree, accounts, EntryDrafts.Of(leaves.Count, 1_000), DateTimeOffset.UnixEpoch);
            leaves.AddRange(append.Leaves.Select(leaf => leaf.Bytes));
            (head, tree) = (append.Head, append.Tree);
            foreach (var (key, account) in append.Accounts)
                accounts[key] = account;
        }
        return ([.. leaves], tree.Root);
    }

    private static void Verify(byte[][] leaves, Hash root)
    {
        var (verifier, tree, pending) = (new BookVerifier(Book), TreeEdge.Empty, new List<Hash>(4096));
        foreach (var leaf in leaves)
        {
            if (verifier.Next(leaf) is { } fault)
                throw new InvalidOperationException(fault);
            pending.Add(verifier.Head.LastLeaf);
            if (pending.Count < 4096)
                continue;
            tree = tree.Append(pending).Next;
            pending.Clear();
        }
        if (tree.Append(pending).Next.Root != root)
            throw new InvalidOperationException("The root is another.");
    }

    private static void HashAll(byte[][] leaves)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        foreach (var leaf in leaves)
            SHA256.HashData(leaf, hash);
    }
}

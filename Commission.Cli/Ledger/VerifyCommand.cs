using System.CommandLine;
using System.Text.Json;
using Commission.Domain;
using Commission.Domain.Ledger;

namespace Commission.Cli.Ledger;

/// <summary><c>commission ledger verify</c>: re-hashes the books from their bytes and compares with what the server states.</summary>
internal static class VerifyCommand
{
    private static readonly Option<string[]> Book = new("--book")
    {
        Description = "Which book; all three when absent.",
        HelpName = "name",
        DefaultValueFactory = _ => [Books.Ledger, Books.Handshakes, Books.Administration],
    };

    public static Command Create()
    {
        var command = new Command("verify", "Re-hash every leaf of ledger, handshakes and administration; check links, gaps, balances and chains of handshakes.") { Book };
        command.SetGuardedAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellation)
    {
        var (output, errors) = (arguments.InvocationConfiguration.Output, arguments.InvocationConfiguration.Error);
        using var api = GlobalOptions.Client(arguments);
        var sound = true;
        foreach (var book in arguments.GetRequiredValue(Book))
            sound &= await VerifyAsync(new BookClient(api), book, output, errors, cancellation);
        return sound ? ExitCode.Done : ExitCode.NotInOrder;
    }

    private static async Task<bool> VerifyAsync(BookClient books, string book, TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        if (await books.HeadAsync(book, cancellation) is not { } head)
        {
            await errors.WriteLineAsync($"{book}: there is no such book");
            return false;
        }
        var (verifier, chains) = (new BookVerifier(book), new HandshakeChains());
        var fault = await ReadAsync(books, book, head, verifier, chains, cancellation)
            ?? (verifier.Head == head ? null : $"the server states {head.Size} leaves ending in {head.LastLeaf}; they end at {verifier.Head.Size} in {verifier.Head.LastLeaf}")
            ?? chains.Fault()
            ?? await BalanceFaultAsync(books, verifier, head, book, cancellation);
        if (fault is not null)
        {
            await errors.WriteLineAsync($"{book}: BROKEN: {fault}");
            return false;
        }
        await output.WriteLineAsync($"{book}: sound: {head.Size} leaves re-hashed, no gap, {verifier.Accounts.Count} accounts balance, {chains.Count} deals chained; last leaf {head.LastLeaf}");
        return true;
    }

    private static async Task<string?> ReadAsync(
        BookClient books, string book, BookHead head, BookVerifier verifier, HandshakeChains chains, CancellationToken cancellation)
    {
        await foreach (var bytes in books.LeavesAsync(book, head.Size, cancellation))
        {
            if (verifier.Next(bytes) is { } fault)
                return fault;
            var broken = LeafEncoding.Decode(bytes) switch
            {
                HandshakeLeaf handshake => chains.Add(handshake),
                ActLeaf act => ActFault(act),
                _ => null,
            };
            if (broken is not null)
                return broken;
        }
        return null;
    }

    /// <summary>An act's payload is canonical, and says what the leaf says.</summary>
    private static string? ActFault(ActLeaf leaf)
    {
        try
        {
            using var payload = JsonDocument.Parse(leaf.Act.Payload);
            if (!CanonicalJson.Canonicalize(leaf.Act.Payload).AsSpan().SequenceEqual(leaf.Act.Payload))
                return $"leaf {leaf.Sequence}: its payload is not canonical";
            return payload.RootElement.GetProperty("act").GetString() == leaf.Act.Act.Name() ? null : $"leaf {leaf.Sequence}: its payload is of another act";
        }
        catch (Exception problem) when (problem is FormatException or JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return $"leaf {leaf.Sequence}: its payload does not read: {problem.Message}";
        }
    }

    /// <summary>Compares balances unless the book has moved on meanwhile; debits equal credits in every currency.</summary>
    private static async Task<string?> BalanceFaultAsync(
        BookClient books, BookVerifier verifier, BookHead head, string book, CancellationToken cancellation)
    {
        var uneven = verifier.Accounts.GroupBy(account => account.Key.Currency)
            .FirstOrDefault(currency => currency.Sum(account => account.Value.BalanceMinor) != 0);
        if (uneven is not null)
            return $"debits and credits in {uneven.Key} differ";
        if (book != Books.Ledger)
            return null;
        var stated = await books.AccountsAsync(cancellation);
        if (await books.HeadAsync(book, cancellation) != head)
            return null;
        foreach (var (key, account) in verifier.Accounts)
        {
            if (stated.GetValueOrDefault(key) != account.BalanceMinor)
                return $"{key.Name} {key.Currency}: the entries give {account.BalanceMinor}, the server states {stated.GetValueOrDefault(key)}";
        }
        return stated.Count == verifier.Accounts.Count ? null : $"the server states {stated.Count} accounts, the entries give {verifier.Accounts.Count}";
    }
}

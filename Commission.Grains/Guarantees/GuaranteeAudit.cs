using System.Data;
using System.Text;
using Commission.Domain.Guarantees;
using Commission.Domain.Ledger;
using Commission.Domain.Ledger.Log;
using Commission.Grains.Deals;
using Commission.Grains.Interfaces.Disputes;
using Commission.Storage.Guarantees;
using Commission.Storage.Ledger;
using Commission.Storage.Ledger.Log;
using Commission.Storage.Payouts;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Serialization;

namespace Commission.Grains.Guarantees;

/// <summary>Checks the real books in one snapshot, and signs what was found.</summary>
internal sealed class GuaranteeAudit(
    NpgsqlDataSource dataSource, LedgerQueries ledger, ICheckpointSigner signer, LogNames names, Serializer serializer, PayeeVault vault,
    DisputeTerms disputes, IOptions<GuaranteeOptions> options, IOptions<DealOptions> deals, TimeProvider time)
{
    /// <summary>What "in time" means now.</summary>
    public ServiceLimits Limits => new(time.GetUtcNow(), options.Value.PayoutsWithin, disputes.Policy, CheckContext.HoursOf);

    /// <summary>The host that authenticators were registered for.</summary>
    public string RelyingParty => deals.Value.RelyingParty;

    /// <summary>Checks.</summary>
    /// <param name="verified">Where an earlier run ended; nothing to read everything.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<CheckedBooks> CheckAsync(IReadOnlyDictionary<string, VerifiedBook> verified, CancellationToken cancellationToken)
    {
        // What the signer remembers now, the snapshot must hold: it is taken after.
        var memory = await RememberAsync(cancellationToken);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var context = new CheckContext(serializer, vault, RelyingParty, memory, Limits);
        return await new GuaranteeCheck(connection, context).RunAsync(verified, cancellationToken);
    }

    /// <summary>Signs a text as a note of this installation, with the keys that sign checkpoints.</summary>
    public async Task<SignedNote> SignAsync(Func<string, string> textOf, CancellationToken cancellationToken)
    {
        var origin = $"{await names.NameAsync()}/guarantees";
        var (text, lines) = (textOf(origin), new List<NoteSignature>());
        foreach (var key in await signer.ListKeysAsync(cancellationToken))
            lines.Add(new NoteSignature(origin, new NoteKey(origin, key).KeyId, await signer.SignAsync(key, Encoding.UTF8.GetBytes(text), cancellationToken)));
        return new SignedNote(text, lines);
    }

    private async Task<SignerMemory> RememberAsync(CancellationToken cancellationToken)
    {
        var (name, last) = (await names.NameAsync(), new Dictionary<string, SignedHead>(StringComparer.Ordinal));
        var books = await ledger.ListBooksAsync(cancellationToken);
        foreach (var book in books.Select(book => book.Book).Union([Books.Ledger, Books.Handshakes, Books.Administration]))
        {
            if (await signer.ReadLastAsync(await names.MemoryAsync(book), cancellationToken) is { } head)
                last[book] = head;
        }
        return new SignerMemory(await signer.ListKeysAsync(cancellationToken), last, (book, incarnation) => $"{name}/{book}/{incarnation}");
    }
}

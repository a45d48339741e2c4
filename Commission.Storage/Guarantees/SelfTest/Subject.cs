using System.Text;
using Commission.Domain;
using Commission.Domain.Deals;
using Commission.Domain.Guarantees;
using Commission.Domain.Ledger;
using Commission.Domain.Members;
using Commission.Storage.GroupCommit;
using Npgsql;
using Orleans.Serialization;

namespace Commission.Storage.Guarantees.SelfTest;

/// <summary>The copy that breaks are made on, and the one deal that most of them hit.</summary>
internal sealed class Subject(
    NpgsqlConnection connection, Serializer serializer, ScratchBooks scratch, ScratchPayouts payouts, CopiedBooks books, DealDossier deal)
{
    public CopiedBooks Books => books;

    public DealDossier Deal => deal;

    public ScratchPayouts Payouts => payouts;

    /// <summary>What the checks are told of the signer.</summary>
    public SignerMemory Memory { get; private set; } = scratch.Memory;

    public Task<int> ExecuteAsync(string sql, CancellationToken cancellationToken, params object[] parameters) =>
        connection.ExecuteAsync(sql, cancellationToken, parameters);

    public Task<List<T>> ReadAsync<T>(string sql, Func<NpgsqlDataReader, T> row, CancellationToken cancellationToken, params object[] parameters) =>
        connection.ReadAsync(sql, row, cancellationToken, parameters);

    /// <summary>Writes the books anew and signs them: every hash fits, and only what they say is wrong.</summary>
    public async Task RewriteAsync(CopiedBooks changed, CancellationToken cancellationToken)
    {
        await scratch.WriteAsync(changed, cancellationToken);
        await scratch.SignAsync(cancellationToken);
        Memory = scratch.Memory;
    }

    /// <summary>Writes the books anew behind the signer's back.</summary>
    public Task RewriteUnsignedAsync(CopiedBooks changed, CancellationToken cancellationToken) => scratch.WriteAsync(changed, cancellationToken);

    /// <summary>The books with the deal's entries otherwise; null leaves one out.</summary>
    public CopiedBooks WithEntries(Func<EntryDraft, EntryDraft?> change) => books with
    {
        Ledger = Change(books.Ledger, record => OfDeal(record, out EntryDraft? entry) ? change(entry!) : record),
    };

    /// <summary>The books with one of the deal's handshakes otherwise; null leaves it out.</summary>
    public CopiedBooks WithHandshake(HandshakeStep step, Func<HandshakeDraft, HandshakeDraft?> change) => books with
    {
        Handshakes = Change(
            books.Handshakes, record => record is HandshakeDraft draft && draft.Deal == deal.Deal && draft.Step == step ? change(draft) : record),
    };

    /// <summary>A draft whose payload has one text in place of another.</summary>
    public static HandshakeDraft WithPayload(HandshakeDraft draft, string text, string other)
    {
        var payload = Encoding.UTF8.GetString(draft.Payload);
        return payload.Contains(text, StringComparison.Ordinal)
            ? draft with { Payload = Encoding.UTF8.GetBytes(payload.Replace(text, other, StringComparison.Ordinal)) }
            : throw new InvalidOperationException($"The payload of {draft.Step} does not say {text}.");
    }

    /// <summary>Changes a contact's state in the copy.</summary>
    public async Task ChangeContactAsync(ContactId contact, Func<MemberState, MemberState> change, CancellationToken cancellationToken)
    {
        var payload = (await connection.ReadAsync(
            "select payload from contact where id = $1", reader => reader.GetFieldValue<byte[]>(0), cancellationToken, contact.ToString())).Single();
        var state = serializer.Deserialize<Journaled<MemberState>>(payload)!;
        state.State = change(state.State);
        await ExecuteAsync("update contact set payload = $2 where id = $1", cancellationToken, contact.ToString(), serializer.SerializeToArray(state));
    }

    private bool OfDeal(BookRecord record, out EntryDraft? entry) => (entry = record as EntryDraft) is not null && entry.Deal == deal.Deal;

    private static List<CopiedRecord> Change(IReadOnlyList<CopiedRecord> records, Func<BookRecord, BookRecord?> change) =>
        [.. records.Select(record => change(record.Record) is { } changed ? record with { Record = changed } : null).OfType<CopiedRecord>()];
}

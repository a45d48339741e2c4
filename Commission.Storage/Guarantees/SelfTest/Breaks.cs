using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Deals;
using Commission.Domain.Guarantees;
using Commission.Domain.Ledger;
using Commission.Domain.Rules;

namespace Commission.Storage.Guarantees.SelfTest;

/// <summary>A break of one guarantee.</summary>
/// <param name="Name">What is done.</param>
/// <param name="Target">The guarantee that must see it.</param>
/// <param name="ApplyAsync">Does it to the copy.</param>
internal sealed record Break(string Name, Guarantee Target, Func<Subject, CancellationToken, Task> ApplyAsync)
{
    /// <summary>Whether the copy has what is broken.</summary>
    public Func<ScratchPayouts, bool> IsPossible { get; init; } = _ => true;
}

/// <summary>All breaks. Those of records give every hash anew, so that only the guarantee at stake can see them.</summary>
internal static class Breaks
{
    private static readonly DealId Nobody = new(new Guid("00000000-0000-8000-8000-000000000001"));

    public static IReadOnlyList<Break> All { get; } =
        [.. Attribution(), .. Authority(), .. RightRule(), .. ExactMoney(), .. Immutable(), .. PaidOnce(), .. PayoutBreaks.All];

    private static IEnumerable<Break> Attribution() =>
    [
        Records("an intake is taken out", Guarantee.Attribution, subject => subject.WithHandshake(HandshakeStep.Intake, _ => null)),
        Records("entries are given to a deal that nobody referred", Guarantee.Attribution, subject => subject.WithEntries(entry => entry with { Deal = Nobody })),
        Records("a settlement's value is changed after it was signed", Guarantee.Attribution, subject => subject.WithHandshake(
            HandshakeStep.Settlement, draft => Subject.WithPayload(draft, $"\"settledValueMinor\":{Value(subject)}", $"\"settledValueMinor\":{Value(subject) + 1}"))),
        Sql("a deal that nobody signed is stored", Guarantee.Attribution, $"""
            insert into deal select (jsonb_populate_record(d, jsonb_build_object('id', '{Nobody}', 'business_key', null, 'status', 1))).* from deal d limit 1
            """),
        Sql("a deal's row names its referrer as its receiver", Guarantee.Attribution, "update deal set receiver = referrer"),
        Records("commission is calculated on more than was settled", Guarantee.Attribution, subject => subject.WithEntries(entry => Inflated(entry))),
    ];

    private static IEnumerable<Break> Authority() =>
    [
        Records("a bit of the client's last signature is flipped", Guarantee.Authority, subject => subject.WithHandshake(
            HandshakeStep.Outcome, draft => draft with { Envelope = Forged(draft.Envelope) })),
        Records("the client's consent is taken out", Guarantee.Authority, subject => subject.WithHandshake(HandshakeStep.Acknowledgement, _ => null)),
        Records("the outcome is stated by the referrer", Guarantee.Authority, subject => subject.WithHandshake(
            HandshakeStep.Outcome, draft => Subject.WithPayload(
                draft, $"\"actor\":\"{subject.Deal.Intent!.Client}\"", $"\"actor\":\"{subject.Deal.Chain[0].Actor}\""))),
        new("the key of who signed the intake counts from the day after", Guarantee.Authority, static (subject, cancellationToken) =>
        {
            var intake = subject.Deal.Chain[2];
            var after = (intake.AttestedBy is null ? intake.Time : TimeProvider.System.GetUtcNow()).AddDays(1);
            return subject.ChangeContactAsync(
                intake.AttestedBy ?? intake.Actor,
                member => member with { Keys = [.. member.Keys.Select(key => key with { ValidFrom = after })] }, cancellationToken);
        }),
    ];

    private static IEnumerable<Break> RightRule() =>
    [
        Records("an amount is one cent higher", Guarantee.RightRule, subject => subject.WithEntries(
            entry => entry with { Amount = new Money(entry.Amount.Minor + 1, entry.Amount.Currency) })),
        Records("an explanation is another", Guarantee.RightRule, subject => subject.WithEntries(entry => entry with { ExplanationHash = Hash.Of("another"u8) })),
        Records("the entries name another rule set", Guarantee.RightRule, subject => subject.WithEntries(entry => entry with { RuleHash = Hash.Of("another"u8) })),
        Records("no approval is recorded", Guarantee.RightRule, subject => subject.Books with { Administration = [] }),
        Sql("the governing agreements were never executed", Guarantee.RightRule, "delete from agreement"),
        Sql("the facts beside the entries are others", Guarantee.RightRule, "update book_entry set facts = facts || '\\x20'::bytea where facts is not null"),
    ];

    private static IEnumerable<Break> ExactMoney() =>
    [
        Sql("an account's balance is one cent higher", Guarantee.ExactMoney, "update book_account set balance = balance + 1 where id = 1"),
        Sql("an account is deleted", Guarantee.ExactMoney, "delete from book_account where id = 1"),
        Sql("an entry's column says another amount than its bytes", Guarantee.ExactMoney, $"update book_entry set amount = amount + 1 {FirstEntry}"),
        Sql("debit and credit are swapped in the columns", Guarantee.ExactMoney, $"update book_entry set debit = credit, credit = debit {FirstEntry}"),
    ];

    private static IEnumerable<Break> Immutable() =>
    [
        Sql("a bit of a leaf is flipped", Guarantee.Immutable, $"update book_entry set bytes = set_bit(bytes, 100, 1 - get_bit(bytes, 100)) {FirstEntry}"),
        Sql("the first leaf is deleted", Guarantee.Immutable, $"delete from book_entry {FirstEntry}"),
        Sql("the last leaf is deleted", Guarantee.Immutable, """
            delete from book_entry e using book_head h where h.id = e.book_id and h.book = 'ledger' and e.sequence = h.size - 1
            """),
        Sql("a checkpoint has another root", Guarantee.Immutable, "update book_checkpoint set root = sha256(root)"),
        new("an entry is changed, and every hash is made anew", Guarantee.Immutable, (subject, cancellationToken) => subject.RewriteUnsignedAsync(
            subject.WithEntries(entry => entry with { EffectiveOn = entry.EffectiveOn.AddDays(1) }), cancellationToken)),
        new("an older state is put back, checkpoints and all", Guarantee.Immutable, async (subject, cancellationToken) =>
        {
            await subject.RewriteUnsignedAsync(subject.Books with { Ledger = [.. subject.Books.Ledger.SkipLast(1)] }, cancellationToken);
            await subject.ExecuteAsync(
                "delete from book_checkpoint c using book_head h where h.id = c.book_id and c.size > h.size", cancellationToken);
        }),
    ];

    private static IEnumerable<Break> PaidOnce() =>
    [
        Records("an accrual is entered twice", Guarantee.PaidOnce, subject => subject.Books with
        {
            Ledger = [.. subject.Books.Ledger, subject.Books.Ledger.First(record => record.Record is EntryDraft entry && entry.Deal == subject.Deal.Deal)],
        }),
        Records("a complete deal's commission is not entered", Guarantee.PaidOnce, subject => subject.WithEntries(_ => null)),
        Records("a complete deal is in no book", Guarantee.PaidOnce, subject => subject.Books with
        {
            Handshakes = [.. subject.Books.Handshakes.Where(record => record.Record is HandshakeDraft draft && draft.Deal != subject.Deal.Deal)],
            Ledger = [.. subject.Books.Ledger.Where(record => record.Record is EntryDraft draft && draft.Deal != subject.Deal.Deal)],
        }),
        Sql("something has waited an hour for its book", Guarantee.PaidOnce,
            "insert into outbox (id, book, payload, created_at) values (1, 'volume:lost', '', clock_timestamp() - interval '1 hour')"),
        Sql("something that was refused lies for two days", Guarantee.PaidOnce,
            "insert into outbox_parked (id, book, payload, reason, parked_at) values (1, 'volume:lost', '', 'a test', clock_timestamp() - interval '2 days')"),
    ];

    private const string FirstEntry = "where sequence = 0 and book_id = (select id from book_head where book = 'ledger')";

    private static Break Records(string name, Guarantee target, Func<Subject, CopiedBooks> change) =>
        new(name, target, (subject, cancellationToken) => subject.RewriteAsync(change(subject), cancellationToken));

    internal static Break Sql(string name, Guarantee target, string sql) => new(name, target, async (subject, cancellationToken) =>
    {
        if (await subject.ExecuteAsync(sql, cancellationToken) == 0)
            throw new InvalidOperationException($"“{name}” changed nothing.");
    });

    private static long Value(Subject subject) => subject.Deal.Settlement!.Value.Minor;

    /// <summary>The same entry with facts that settle a hundred more; the chain of hashes is whole.</summary>
    private static EntryDraft Inflated(EntryDraft entry)
    {
        if (entry.Facts is null || CalculationFactsReader.Read(entry.Facts).Facts is not { } facts)
            return entry;
        var more = (facts with { SettledValueMinor = facts.SettledValueMinor + 10_000 }).ToCanonical();
        return entry with { Facts = more, FactsHash = Hash.Of(more) };
    }

    private static byte[] Forged(byte[] envelope)
    {
        static byte[] Flip(byte[] bytes) => [.. bytes[..^1], (byte)(bytes[^1] ^ 1)];
        return (StoredEnvelope.Read(envelope) switch
        {
            Es256Signature signed => signed with { Signature = Flip(signed.Signature) },
            WebAuthnSignature assertion => assertion with { Signature = Flip(assertion.Signature) },
            BulkSignature bulk => bulk with { Attestation = bulk.Attestation with { Signature = Flip(bulk.Attestation.Signature) } },
            BulkLineSignature line => line with { Line = Hash.Of(line.Line.ToArray()) },
            _ => (SignatureEnvelope)new EngineSignature(),
        }).ToCanonical();
    }
}

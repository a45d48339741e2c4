using System.Diagnostics;
using Commission.Domain;
using Commission.Domain.Guarantees;
using Commission.Domain.Ledger;
using Npgsql;

namespace Commission.Storage.Guarantees;

/// <summary>What a run found, before it has a name and a time.</summary>
public sealed record CheckedBooks(IReadOnlyList<BookExtent> Books, IReadOnlyList<GuaranteeOutcome> Outcomes)
{
    /// <summary>The outcome of one guarantee.</summary>
    public GuaranteeOutcome this[Guarantee guarantee] => Outcomes.Single(outcome => outcome.Guarantee == guarantee);
}

/// <summary>
/// Checks the six guarantees over a connection that somebody else opened: its snapshot and schema decide what is checked. It
/// only reads.
/// </summary>
public sealed class GuaranteeCheck(NpgsqlConnection connection, CheckContext context)
{
    private const int Batch = 500;
    private const int SpotChecks = 100;

    /// <summary>What waits longer than this for its book was lost on the way.</summary>
    private static readonly TimeSpan OutboxPatience = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan ParkedPatience = TimeSpan.FromDays(1);

    private readonly Dictionary<Guarantee, Findings> _findings = GuaranteeNames.All.ToDictionary(guarantee => guarantee, guarantee => new Findings(guarantee));
    private readonly Dictionary<Guarantee, long> _ticks = GuaranteeNames.All.ToDictionary(guarantee => guarantee, _ => 0L);
    private readonly BookReader _books = new(connection);
    private readonly DealReader _deals = new(connection, context.Serializer);
    private readonly DealStateReader _states = new(connection, context.Serializer);

    /// <summary>Checks all.</summary>
    /// <param name="verified">Where an earlier run ended, by book; nothing of it to read everything.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<CheckedBooks> RunAsync(IReadOnlyDictionary<string, VerifiedBook> verified, CancellationToken cancellationToken)
    {
        var heads = (await _books.ListBooksAsync(cancellationToken)).Where(head => !World.IsSimulated(head.Book)).ToList();
        var (extents, touched, subjects) = (new List<BookExtent>(), new HashSet<DealId>(), new HashSet<Guid>());
        var start = Stopwatch.GetTimestamp();
        foreach (var head in heads)
        {
            var check = new BookCheck(
                _books, head, new CheckpointCheck(_books, head.BookId, head.Book, context.Signer, Immutable), _findings[Guarantee.ExactMoney], Immutable,
                collectDeals: verified.Count > 0);
            extents.Add(await check.CheckAsync(verified.GetValueOrDefault(head.Book), cancellationToken));
            if (head.Book is Books.Ledger or Books.Handshakes)
                touched.UnionWith(check.Deals);
            subjects.UnionWith(check.Subjects);
        }
        var full = extents.TrueForAll(extent => extent.From == 0);
        if (full)
            await CheckStraysAsync(heads, cancellationToken);
        Took(Guarantee.Immutable, start);
        _ticks[Guarantee.ExactMoney] = _ticks[Guarantee.Immutable];
        var ids = heads.GroupBy(head => head.Book).ToDictionary(book => book.Key, book => book.First().BookId, StringComparer.Ordinal);
        var waiting = await _deals.ReadWaitingAsync(_findings[Guarantee.PaidOnce], cancellationToken);
        await CheckDealsAsync(ids, extents, touched, full, waiting, cancellationToken);
        start = Stopwatch.GetTimestamp();
        await CheckPayoutsAsync(ids, full ? null : subjects, waiting, cancellationToken);
        await CheckOutboxAsync(cancellationToken);
        Took(Guarantee.PaidOnce, start);
        return new CheckedBooks(extents, [.. _findings.Values.Select(findings => findings.Conclude(Milliseconds(_ticks[findings.Guarantee])))]);
    }

    private Findings Immutable => _findings[Guarantee.Immutable];

    private async Task CheckStraysAsync(List<StoredHead> heads, CancellationToken cancellationToken)
    {
        foreach (var (table, bookId, count) in await _books.ListStraysAsync(cancellationToken))
            Immutable.Break(table, $"{count} rows belong to book number {bookId}, and there is no such book");
        if (heads.Count > 0 && heads.All(head => head.Book != Books.Ledger) && context.Signer?.Last.ContainsKey(Books.Ledger) == true)
            Immutable.Break(Books.Ledger, "the signer has signed it, and it is not there");
    }

    private async Task CheckDealsAsync(
        Dictionary<string, int> ids, List<BookExtent> extents, HashSet<DealId> touched, bool full, WaitingRecords waiting,
        CancellationToken cancellationToken)
    {
        using var known = new KnownFacts(context.RelyingParty);
        var books = ids.Where(book => book.Key is Books.Ledger or Books.Handshakes).ToDictionary(book => book.Value, book => book.Key);
        await _deals.LearnRulesAsync(known, ids, _findings[Guarantee.RightRule], cancellationToken);
        if (full)
        {
            await CheckAllAsync(books, known, waiting, cancellationToken);
            if (ids.TryGetValue(Books.Handshakes, out var handshakes))
                await CheckUnbookedAsync(handshakes, waiting, cancellationToken);
            return;
        }
        await AddSpotsAsync(ids, extents, touched, cancellationToken);
        foreach (var batch in touched.Chunk(Batch))
            await CheckAsync(books, batch, known, waiting, cancellationToken);
    }

    private async Task CheckPayoutsAsync(
        Dictionary<string, int> ids, HashSet<Guid>? touched, WaitingRecords waiting, CancellationToken cancellationToken)
    {
        var (findings, totals) = (_findings[Guarantee.PaidOnce], new PayoutTotals());
        var payouts = new PayoutAudit(connection, context, ids, waiting, findings);
        await payouts.CheckAsync(touched, cancellationToken);
        await payouts.AddTotalsAsync(totals, cancellationToken);
        await new DisputeAudit(connection, context, ids, waiting, findings).CheckAsync(touched, totals, cancellationToken);
        await new PayeeAudit(connection, context, ids, waiting, findings).CheckAsync(touched, cancellationToken);
        if (ids.TryGetValue(Books.Ledger, out var ledger))
        {
            foreach (var (name, currency, head) in await _books.ListAccountsAsync(ledger, cancellationToken))
            {
                if (PayoutTotals.Counts(name))
                    totals.AddBalance(name, currency, head.BalanceMinor);
            }
        }
        waiting.Transfers.ForEach(totals.AddWaiting);
        totals.Check(findings);
    }

    private async Task CheckAllAsync(Dictionary<int, string> books, KnownFacts known, WaitingRecords waiting, CancellationToken cancellationToken)
    {
        for (Guid? after = null; ;)
        {
            var batch = await _deals.ListDealsAsync([.. books.Keys], after, Batch, cancellationToken);
            if (batch.Count == 0)
                return;
            await CheckAsync(books, batch.ConvertAll(deal => new DealId(deal)), known, waiting, cancellationToken);
            after = batch[^1];
        }
    }

    private async Task CheckAsync(
        Dictionary<int, string> books, IReadOnlyCollection<DealId> deals, KnownFacts known, WaitingRecords waiting, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var dossiers = await _deals.ReadAsync(books, deals, waiting, _findings[Guarantee.Attribution], cancellationToken);
        await _deals.LearnContactsAsync(known, dossiers, _findings[Guarantee.Authority], cancellationToken);
        var states = await _states.ReadAsync(deals, _findings[Guarantee.Attribution], cancellationToken);
        Took(Guarantee.Attribution, start);
        foreach (var dossier in dossiers)
        {
            Timed(Guarantee.Attribution, findings => AttributionCheck.Check(dossier, findings));
            Timed(Guarantee.Attribution, findings => DealStateCheck.Check(dossier, states.GetValueOrDefault(dossier.Deal), findings));
            Timed(Guarantee.Authority, findings => AuthorityCheck.Check(dossier, known, findings));
            Timed(Guarantee.RightRule, findings => RuleCheck.Check(dossier, known, findings));
            Timed(Guarantee.PaidOnce, findings => OnceCheck.Check(dossier, known, findings));
        }
    }

    /// <summary>Deals of places that chance picks among those verified before.</summary>
    private async Task AddSpotsAsync(Dictionary<string, int> ids, List<BookExtent> extents, HashSet<DealId> touched, CancellationToken cancellationToken)
    {
        foreach (var extent in extents.Where(extent => extent.Book is Books.Ledger or Books.Handshakes && extent.From > 0))
        {
            long[] places = [.. Enumerable.Range(0, SpotChecks).Select(_ => Random.Shared.NextInt64(extent.From))];
            var deals = await _deals.ListDealsAtAsync(ids[extent.Book], places, cancellationToken);
            touched.UnionWith(deals.Select(deal => new DealId(deal)));
        }
    }

    private async Task CheckUnbookedAsync(int handshakes, WaitingRecords waiting, CancellationToken cancellationToken)
    {
        for (var after = ""; after is not null;)
        {
            var (missing, last) = await _states.ListUnbookedAsync(handshakes, after, Batch, cancellationToken);
            foreach (var (deal, isComplete) in missing.Where(row => !TypedId.TryParse<DealId>(row.Deal, out var id) || !waiting.Handshakes.Contains(id)))
            {
                if (isComplete)
                    _findings[Guarantee.PaidOnce].Break(deal, "it is complete, and its outcome is neither in the handshakes book nor on its way");
                else
                    _findings[Guarantee.Attribution].Break(deal, "a deal is stored whose intent is neither in the handshakes book nor on its way");
            }
            after = last;
        }
    }

    private async Task CheckOutboxAsync(CancellationToken cancellationToken)
    {
        var findings = _findings[Guarantee.PaidOnce];
        var late = await connection.ReadAsync(
            "select id, book, created_at from outbox where created_at < clock_timestamp() - $1 order by id limit $2",
            reader => (reader.GetInt64(0), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2)), cancellationToken, OutboxPatience,
            Findings.MaxViolations);
        foreach (var (id, book, since) in late)
            findings.Break($"outbox row {id}", $"{book} waits for it since {since:O}");
        var parked = await connection.ReadAsync(
            "select id, book, reason, parked_at < clock_timestamp() - $1 from outbox_parked order by id limit $2",
            reader => (Id: reader.GetInt64(0), Book: reader.GetString(1), Reason: reader.GetString(2), Late: reader.GetBoolean(3)), cancellationToken,
            ParkedPatience, 1_000);
        findings.Saw("parked rows", parked.Count);
        foreach (var row in parked.Where(row => row.Late))
            findings.Break($"parked row {row.Id}", $"nobody has dealt with what {row.Book} refused: {row.Reason}");
    }

    private void Timed(Guarantee guarantee, Action<Findings> check)
    {
        var start = Stopwatch.GetTimestamp();
        check(_findings[guarantee]);
        Took(guarantee, start);
    }

    private void Took(Guarantee guarantee, long start) => _ticks[guarantee] += Stopwatch.GetTimestamp() - start;

    private static long Milliseconds(long ticks) => ticks * 1_000 / Stopwatch.Frequency;
}

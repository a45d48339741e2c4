using Commission.Domain;
using Npgsql;
using NpgsqlTypes;

namespace Commission.Storage.Payouts.Stripe;

/// <summary>What waits for Stripe.</summary>
/// <param name="Open">Requests whose outcome nobody knows.</param>
/// <param name="OldestSince">When the oldest of them was ordered; null when there is none.</param>
public sealed record StripeFigures(long Open, DateTimeOffset? OldestSince);

/// <summary>A request that was taken up.</summary>
/// <param name="Request">It.</param>
/// <param name="IsNoted">It was never sent before, and is noted as about to be.</param>
/// <param name="HasEvents">Events have told of it: it must be persisted again, which matches them.</param>
public sealed record TakenRequest(StripeRequest Request, bool IsNoted, bool HasEvents);

/// <summary>Requests to Stripe, persisted before they are sent; of one world, test or live.</summary>
public sealed class StripeRequests(NpgsqlDataSource dataSource)
{
    private const string Columns =
        "key, kind, subject, amount, currency, country, sends, key_used_at, outcome, object_id, code, detail, reversed_minor, revision";

    /// <summary>Writes many orders at once; it affects as many rows as there are orders, unless a key stands for another one.</summary>
    internal const string WriteSql = """
        insert into stripe_request as r (live, key, kind, subject, amount, currency, created_at)
        select $1, o.key, o.kind, o.subject, o.amount, o.currency, $2
        from unnest($3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[]) as o(key, kind, subject, amount, currency)
        on conflict (live, key) do update set key = excluded.key
        where (r.kind, r.subject, r.amount, r.currency) = (excluded.kind, excluded.subject, excluded.amount, excluded.currency)
        """;

    internal static object[] WriteParameters(bool live, IReadOnlyList<StripeOrder> orders, DateTimeOffset now) =>
    [
        live, now.UtcDateTime, orders.Select(order => order.Key).ToArray(), orders.Select(order => Name(order.Kind)).ToArray(),
        orders.Select(order => order.Subject).ToArray(), orders.Select(order => order.AmountMinor!.Value).ToArray(),
        orders.Select(order => order.Currency!).ToArray(),
    ];

    /// <summary>
    /// Makes sure that the order is there, and takes over what an event told of it before. Given again it is the same one.
    /// </summary>
    /// <exception cref="StripeContradictionException">Its key stands for another order.</exception>
    public async Task<StripeRequest> PersistAsync(StripeOrder order, bool live, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var work = await StripeWork.BeginAsync(dataSource, order.Key, cancellationToken);
        await work.ExecuteAsync("""
            insert into stripe_request (live, key, kind, subject, amount, currency, country, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8)
            on conflict do nothing
            """,
            live, order.Key, Name(order.Kind), order.Subject, Optional(order.AmountMinor, NpgsqlDbType.Bigint), Optional(order.Currency, NpgsqlDbType.Text),
            Optional(order.Country, NpgsqlDbType.Text), now.UtcDateTime);
        await StripeEffects.MatchKeptTransfersAsync(work, order.Key, live, now);
        var request = (await work.ReadAsync($"select {Columns} from stripe_request where live = $1 and key = $2", Row, live, order.Key)).Single();
        if (request.Order != order)
            throw new StripeContradictionException($"{order.Key} stands for another order: {request.Order}, not {order}.");
        var contradicted = await work.ReadAsync(
            "select id from stripe_event where transfer_group = $1 and live = $2 and effect = 'contradiction' limit 1",
            row => row.GetString(0), order.Key, live);
        await work.CommitAsync();
        return contradicted.Count == 0
            ? request
            : throw new StripeContradictionException($"{order.Key}: Stripe's event {contradicted[0]} tells of another transfer in its name.");
    }

    /// <summary>Notes that it is about to be sent.</summary>
    /// <param name="key">Which.</param>
    /// <param name="live">In which world.</param>
    /// <param name="keyIsFresh">Stripe does not know the key, or has forgotten it: it remembers it for a day from now on.</param>
    /// <param name="now">When.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task NoteSendAsync(string key, bool live, bool keyIsFresh, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            update stripe_request set sends = sends + 1, sent_at = $4, key_used_at = case when $3 then $4 else coalesce(key_used_at, $4) end
            where live = $1 and key = $2
            """);
        StripeWork.Add(command, [live, key, keyIsFresh, now.UtcDateTime]);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Records that it was done; a new account becomes its payee's, with what is known of it.</summary>
    /// <exception cref="StripeContradictionException">It ended otherwise before.</exception>
    public async Task<StripeRequest> RecordDoneAsync(
        StripeOrder order, bool live, string objectId, StripeAccountState? account, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var work = await StripeWork.BeginAsync(dataSource, account is null ? order.Key : objectId, cancellationToken);
        var ended = await work.ReadAsync($"""
            update stripe_request set outcome = 'done', object_id = $3, ended_at = $4, revision = revision + 1,
                told = case when kind = 'transfer' then told else revision + 1 end
            where live = $1 and key = $2 and outcome is null returning {Columns}
            """, Row, live, order.Key, objectId, now.UtcDateTime);
        if (order.Kind == StripeOrderKind.Reversal)
            await StripeEffects.CountReversalsAsync(work, order.Subject, live);
        if (account is not null)
            await StripeEffects.OpenAccountAsync(work, TypedId.Parse<ContactId>(order.Subject), live, account, now);
        var request = await EndedAsync(
            work, ended, order, live, request => request.Outcome == StripeOutcome.Done && request.ObjectId == objectId, objectId);
        await work.CommitAsync();
        return request;
    }

    /// <summary>Records that Stripe refused it.</summary>
    /// <exception cref="StripeContradictionException">It was done before.</exception>
    public async Task<StripeRequest> RecordRefusedAsync(
        StripeOrder order, bool live, int status, string code, string detail, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var work = await StripeWork.BeginAsync(dataSource, order.Key, cancellationToken);
        var ended = await work.ReadAsync($"""
            update stripe_request set outcome = 'refused', status = $3, code = $4, detail = $5, ended_at = $6, revision = revision + 1,
                told = case when kind = 'account' then revision + 1 else told end
            where live = $1 and key = $2 and outcome is null returning {Columns}
            """, Row, live, order.Key, status, code, detail, now.UtcDateTime);
        var request = await EndedAsync(work, ended, order, live, request => request.Outcome == StripeOutcome.Refused, $"refused: {code}");
        await work.CommitAsync();
        return request;
    }

    /// <summary>One request, or null.</summary>
    public Task<StripeRequest?> FindAsync(string key, bool live, CancellationToken cancellationToken) =>
        FirstAsync("live = $1 and key = $2", [live, key], cancellationToken);

    /// <summary>The latest order of an account for a payee, and which attempt it was; null when there was none.</summary>
    public Task<StripeRequest?> FindAccountOrderAsync(ContactId payee, bool live, CancellationToken cancellationToken) => FirstAsync(
        "live = $1 and kind = 'account' and subject = $2 order by split_part(key, '/', 3)::integer desc limit 1", [live, payee.ToString()], cancellationToken);

    /// <summary>
    /// Takes requests whose outcome nobody knows, oldest first, and notes it, so that of several processes one tries each. What was taken up
    /// after an instant is somebody else's, or this one's a moment ago.
    /// </summary>
    public async Task<List<TakenRequest>> TakeOpenAsync(
        bool live, DateTimeOffset takenBefore, DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"""
            with taken as materialized (
                select key as taken_key, sends = 0 as is_first from stripe_request
                where live = $1 and outcome is null and (sent_at is null or sent_at < $2) order by created_at limit $4 for update skip locked)
            update stripe_request r set sent_at = $3, sends = greatest(sends, 1), key_used_at = coalesce(key_used_at, $3)
            from taken where live = $1 and key = taken_key
            returning {Columns}, is_first,
                exists (select from stripe_event e where coalesce(e.transfer_group, e.subject) = r.key and e.effect = 'kept' and e.live = r.live)
                or exists (select from stripe_event e where e.transfer_group = r.key and e.effect = 'contradiction' and e.live = r.live)
            """);
        StripeWork.Add(command, [live, takenBefore.UtcDateTime, now.UtcDateTime, limit]);
        return await StripeWork.ReadAsync(command, row => new TakenRequest(Row(row), row.GetBoolean(14), row.GetBoolean(15)), cancellationToken);
    }

    /// <summary>Requests of which more is known than the payout's batch was told, oldest news first.</summary>
    public Task<List<StripeRequest>> ReadUntoldAsync(bool live, int limit, CancellationToken cancellationToken) =>
        ReadAsync("live = $1 and revision > told order by ended_at, key limit $2", [live, limit], cancellationToken);

    /// <summary>Notes that the batches know what these requests say.</summary>
    public async Task MarkToldAsync(IReadOnlyList<StripeRequest> requests, bool live, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            update stripe_request r set told = greatest(r.told, n.revision) from unnest($2::text[], $3::int[]) as n(key, revision)
            where r.live = $1 and r.key = n.key
            """);
        StripeWork.Add(command, [live, requests.Select(request => request.Order.Key).ToArray(), requests.Select(request => request.Revision).ToArray()]);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The orders that were to take a payment back, the latest first.</summary>
    /// <param name="transfer">Stripe's id of the transfer.</param>
    /// <param name="live">In which world.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<List<StripeRequest>> ListReversalsAsync(string transfer, bool live, CancellationToken cancellationToken) => ReadAsync(
        "subject = $2 and kind = 'reversal' and live = $1 order by created_at desc, key desc", [live, transfer], cancellationToken);

    /// <summary>How many requests are open, and since when the oldest is.</summary>
    public async Task<StripeFigures> ReadFiguresAsync(bool live, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            select count(*), min(created_at) from stripe_request where live = $1 and outcome is null
            """);
        StripeWork.Add(command, [live]);
        return (await StripeWork.ReadAsync(
            command, row => new StripeFigures(row.GetInt64(0), row.GetFieldValue<DateTimeOffset?>(1)), cancellationToken)).Single();
    }

    internal static StripeRequest Row(NpgsqlDataReader row) => new(
        new StripeOrder(row.GetString(0), Kind(row.GetString(1)), row.GetString(2), row.GetFieldValue<long?>(3), Text(row, 4), Text(row, 5)),
        row.GetInt32(6), row.GetFieldValue<DateTimeOffset?>(7), Text(row, 8) switch { null => null, "done" => StripeOutcome.Done, _ => StripeOutcome.Refused },
        Text(row, 9), Text(row, 10), Text(row, 11), row.GetInt64(12), row.GetInt32(13));

    /// <summary>The request as it has just ended, or as it had ended before.</summary>
    private static async Task<StripeRequest> EndedAsync(
        StripeWork work, List<StripeRequest> now, StripeOrder order, bool live, Func<StripeRequest, bool> asSaid, string said)
    {
        var request = now.Count == 1 ? now[0] : (await work.ReadAsync($"select {Columns} from stripe_request where live = $1 and key = $2", Row, live, order.Key)).Single();
        return asSaid(request)
            ? request
            : throw new StripeContradictionException($"{order.Key} ended as {request.Outcome} {request.ObjectId}{request.Code}, and now Stripe says {said}.");
    }

    private async Task<StripeRequest?> FirstAsync(string condition, object[] parameters, CancellationToken cancellationToken) =>
        (await ReadAsync(condition, parameters, cancellationToken)).FirstOrDefault();

    private async Task<List<StripeRequest>> ReadAsync(string condition, object[] parameters, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"select {Columns} from stripe_request where {condition}");
        StripeWork.Add(command, parameters);
        return await StripeWork.ReadAsync(command, Row, cancellationToken);
    }

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static NpgsqlParameter Optional(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };

    private static string Name(StripeOrderKind kind) => kind switch
    {
        StripeOrderKind.Account => "account",
        StripeOrderKind.Transfer => "transfer",
        StripeOrderKind.Reversal => "reversal",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static StripeOrderKind Kind(string name) => name switch
    {
        "account" => StripeOrderKind.Account,
        "transfer" => StripeOrderKind.Transfer,
        _ => StripeOrderKind.Reversal,
    };
}

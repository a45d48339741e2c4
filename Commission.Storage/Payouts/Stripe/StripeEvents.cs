using System.Security.Cryptography;
using Npgsql;
using NpgsqlTypes;

namespace Commission.Storage.Payouts.Stripe;

/// <summary>Which of Stripe's two streams an event came by.</summary>
public enum StripeStream
{
    /// <summary>Our own account: transfers.</summary>
    Platform = 1,
    /// <summary>Connected accounts.</summary>
    Connect = 2,
}

/// <summary>What an event did.</summary>
public enum StripeEffect
{
    /// <summary>It was known before; nothing was done again.</summary>
    Repeated = 1,
    /// <summary>Something became known by it.</summary>
    Applied = 2,
    /// <summary>It told what was known already, or something newer is known.</summary>
    NothingNew = 3,
    /// <summary>What it is about is not known yet: it waits.</summary>
    Kept = 4,
    /// <summary>It is of no interest.</summary>
    Ignored = 5,
    /// <summary>It tells of something that our records exclude: a person must look.</summary>
    Contradiction = 6,
}

/// <summary>What an event says of a transfer.</summary>
/// <param name="Id"><c>tr_…</c>.</param>
/// <param name="Group">Its transfer group: the key of the order that made it, if we made it.</param>
/// <param name="AmountMinor">Its amount.</param>
/// <param name="Currency">ISO 4217 in capitals.</param>
/// <param name="Destination">The connected account.</param>
/// <param name="ReversedMinor">How much of it went back.</param>
public sealed record StripeTransferNews(string Id, string? Group, long AmountMinor, string Currency, string Destination, long ReversedMinor);

/// <summary>A verified event.</summary>
/// <param name="Id"><c>evt_…</c>.</param>
/// <param name="Stream">How it came.</param>
/// <param name="Type">Stripe's type.</param>
/// <param name="Live">Its world.</param>
/// <param name="Account">The connected account that it is about; null on the platform's stream.</param>
/// <param name="HappenedAt">When, by Stripe's clock, in whole seconds.</param>
/// <param name="Subject">The id of the object in it.</param>
/// <param name="Transfer">What it says of a transfer; null if it is about none.</param>
/// <param name="State">What it says of an account; null if it is about none.</param>
/// <param name="Body">The bytes as they came; only their hash is kept, for there are people in them.</param>
public sealed record StripeEvent(
    string Id, StripeStream Stream, string Type, bool Live, string? Account, DateTimeOffset HappenedAt, string? Subject,
    StripeTransferNews? Transfer, StripeAccountState? State, ReadOnlyMemory<byte> Body);

/// <summary>An event that is kept for later, or that contradicts what is recorded.</summary>
/// <param name="Id"><c>evt_…</c>.</param>
/// <param name="Type">Stripe's type.</param>
/// <param name="Effect"><c>kept</c> or <c>contradiction</c>.</param>
/// <param name="HappenedAt">When, by Stripe's clock.</param>
/// <param name="ReceivedAt">When it came.</param>
/// <param name="About">The order's key or the account that it names.</param>
/// <param name="Subject">Stripe's id of the object in it.</param>
/// <param name="AmountMinor">Its amount, of a transfer.</param>
/// <param name="Currency">Its currency.</param>
/// <param name="ReversedMinor">How much of it went back.</param>
public sealed record UnsettledStripeEvent(
    string Id, string Type, string Effect, DateTimeOffset HappenedAt, DateTimeOffset ReceivedAt, string? About, string? Subject, long? AmountMinor,
    string? Currency, long? ReversedMinor);

/// <summary>Takes events: each once, in one transaction with what it does.</summary>
public sealed class StripeEvents(NpgsqlDataSource dataSource)
{
    /// <summary>Takes one; it may come again, late, early or before an older one.</summary>
    public async Task<StripeEffect> TakeAsync(StripeEvent happened, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var about = happened.Transfer?.Group ?? happened.Account ?? happened.Subject ?? happened.Id;
        await using var work = await StripeWork.BeginAsync(dataSource, about, cancellationToken);
        if (await InsertAsync(work, happened, now) == 0)
            return StripeEffect.Repeated;
        var effect = happened switch
        {
            { Transfer: not null } => await StripeEffects.ApplyTransferAsync(work, happened.Transfer, happened.Live, now),
            { State: not null } => await StripeEffects.ApplyStateAsync(work, happened.Live, happened.State),
            { Type: "account.application.deauthorized", Account: not null } => await StripeEffects.DeauthorizeAsync(work, happened),
            _ => StripeEffect.Ignored,
        };
        await work.ExecuteAsync("update stripe_event set effect = $2, applied_at = case when $2 = 'kept' then null else $3 end where id = $1",
            happened.Id, Name(effect), now.UtcDateTime);
        await work.CommitAsync();
        return effect;
    }

    /// <summary>How many events of a world wait for what they are about, and how many contradict our records.</summary>
    public async Task<(long Kept, long Contradictions)> CountAsync(bool live, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            select count(*) filter (where effect = 'kept'), count(*) filter (where effect = 'contradiction') from stripe_event
            where effect in ('kept', 'contradiction') and live = $1
            """);
        StripeWork.Add(command, [live]);
        return (await StripeWork.ReadAsync(command, row => (row.GetInt64(0), row.GetInt64(1)), cancellationToken)).Single();
    }

    /// <summary>Events that need a person, or something that is not here yet; the newest first.</summary>
    public async Task<List<UnsettledStripeEvent>> ListUnsettledAsync(bool live, int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            select id, type, effect, happened_at, received_at, coalesce(transfer_group, account, subject), subject, amount, currency, reversed_minor
            from stripe_event where effect in ('kept', 'contradiction') and live = $1 order by received_at desc, id limit $2
            """);
        StripeWork.Add(command, [live, limit]);
        return await StripeWork.ReadAsync(command, row => new UnsettledStripeEvent(
            row.GetString(0), row.GetString(1), row.GetString(2), row.GetFieldValue<DateTimeOffset>(3), row.GetFieldValue<DateTimeOffset>(4),
            row.IsDBNull(5) ? null : row.GetString(5), row.IsDBNull(6) ? null : row.GetString(6), row.GetFieldValue<long?>(7),
            row.IsDBNull(8) ? null : row.GetString(8), row.GetFieldValue<long?>(9)), cancellationToken);
    }

    private static Task<int> InsertAsync(StripeWork work, StripeEvent happened, DateTimeOffset now) => work.ExecuteAsync("""
        insert into stripe_event (id, live, stream, type, account, happened_at, received_at, body_hash, subject, transfer_group, amount, currency,
            destination, reversed_minor, effect)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'ignored') on conflict do nothing
        """,
        happened.Id, happened.Live, happened.Stream == StripeStream.Platform ? "platform" : "connect", happened.Type, Text(happened.Account),
        happened.HappenedAt.UtcDateTime, now.UtcDateTime, SHA256.HashData(happened.Body.Span), Text(happened.Subject), Text(happened.Transfer?.Group),
        Number(happened.Transfer?.AmountMinor), Text(happened.Transfer?.Currency), Text(happened.Transfer?.Destination),
        Number(happened.Transfer?.ReversedMinor));

    private static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    private static NpgsqlParameter Number(long? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint };

    private static string Name(StripeEffect effect) => effect switch
    {
        StripeEffect.Applied => "applied",
        StripeEffect.NothingNew => "nothing-new",
        StripeEffect.Kept => "kept",
        StripeEffect.Ignored => "ignored",
        StripeEffect.Contradiction => "contradiction",
        _ => throw new ArgumentOutOfRangeException(nameof(effect)),
    };
}

using Commission.Domain;
using Npgsql;
using NpgsqlTypes;

namespace Commission.Storage.Payouts.Stripe;

/// <summary>What events and answers do to the rows, inside the transaction that holds their subject.</summary>
internal static class StripeEffects
{
    private sealed record KnownTransfer(string Subject, long Amount, string Currency, string? Outcome, string? ObjectId, long Reversed);

    /// <summary>A transfer exists: whatever became of the request's answer, it was done. What went back only grows.</summary>
    public static async Task<StripeEffect> ApplyTransferAsync(StripeWork work, StripeTransferNews news, bool live, DateTimeOffset now)
    {
        if (news.Group is null)
            return StripeEffect.Kept;
        var known = (await work.ReadAsync(
            """
            select subject, amount, currency, outcome, object_id, reversed_minor from stripe_request
            where live = $1 and key = $2 and kind = 'transfer' for update
            """,
            row => new KnownTransfer(row.GetString(0), row.GetInt64(1), row.GetString(2), Text(row, 3), Text(row, 4), row.GetInt64(5)),
            live, news.Group)).FirstOrDefault();
        if (known is null)
            return StripeEffect.Kept;
        if ((known.Subject, known.Amount, known.Currency) != (news.Destination, news.AmountMinor, news.Currency)
            || known.Outcome == "refused" || (known.ObjectId is not null && known.ObjectId != news.Id))
            return StripeEffect.Contradiction;
        if (known.Outcome == "done" && news.ReversedMinor <= known.Reversed)
            return StripeEffect.NothingNew;
        await work.ExecuteAsync("""
            update stripe_request set outcome = 'done', object_id = $3, ended_at = coalesce(ended_at, $4), reversed_minor = greatest(reversed_minor, $5),
                revision = revision + 1
            where live = $1 and key = $2
            """, live, news.Group, news.Id, now.UtcDateTime, news.ReversedMinor);
        return StripeEffect.Applied;
    }

    /// <summary>What our own orders took back of a transfer is known without an event; an event that tells more is right.</summary>
    public static Task CountReversalsAsync(StripeWork work, string transfer, bool live) => work.ExecuteAsync("""
        update stripe_request t set reversed_minor = least(t.amount, o.reversed), revision = t.revision + 1
        from (select sum(amount)::bigint as reversed from stripe_request
            where live = $1 and kind = 'reversal' and subject = $2 and outcome = 'done') o
        where t.live = $1 and t.kind = 'transfer' and t.object_id = $2 and t.reversed_minor < least(t.amount, o.reversed)
        """, live, transfer);

    /// <summary>Matches events that came before the request was here: a database that lost it must not pay again.</summary>
    public static async Task MatchKeptTransfersAsync(StripeWork work, string key, bool live, DateTimeOffset now)
    {
        var kept = await work.ReadAsync("""
            select id, subject, amount, currency, destination, reversed_minor from stripe_event
            where coalesce(transfer_group, subject) = $1 and effect = 'kept' and live = $2 order by reversed_minor
            """,
            row => (
                Id: row.GetString(0),
                News: new StripeTransferNews(row.GetString(1), key, row.GetInt64(2), row.GetString(3), row.GetString(4), row.GetInt64(5))),
            key, live);
        foreach (var (id, news) in kept)
        {
            var effect = await ApplyTransferAsync(work, news, live, now);
            await work.ExecuteAsync("update stripe_event set effect = $2, applied_at = $3 where id = $1 and $2 <> 'kept'", id, effect switch
            {
                StripeEffect.Applied => "applied",
                StripeEffect.NothingNew => "nothing-new",
                StripeEffect.Contradiction => "contradiction",
                _ => "kept",
            }, now.UtcDateTime);
        }
    }

    /// <summary>An account's state by event: the newer one counts, and two of the same second are looked up.</summary>
    public static async Task<StripeEffect> ApplyStateAsync(StripeWork work, bool live, StripeAccountState state)
    {
        var known = await work.ReadAsync(
            "select as_of from stripe_account where account = $1 and live = $2 for update", row => row.GetFieldValue<DateTimeOffset>(0), state.Account, live);
        if (known.Count == 0)
            return StripeEffect.Kept;
        if (state.AsOf < known[0])
            return StripeEffect.NothingNew;
        await KeepStateAsync(work, live, state, asked: false);
        if (state.AsOf == known[0])
            await work.ExecuteAsync("update stripe_account set refresh_due = true where account = $1", state.Account);
        return StripeEffect.Applied;
    }

    /// <summary>Keeps a state unless a newer one is known. What Stripe answered when asked settles what was in doubt.</summary>
    public static Task KeepStateAsync(StripeWork work, bool live, StripeAccountState state, bool asked) => work.ExecuteAsync("""
        update stripe_account set as_of = $3, transfers = $4, payouts_enabled = $5, details_submitted = $6, disabled_reason = $7, currently_due = $8,
            past_due = $9, eventually_due = $10, pending_verification = $11, refresh_due = refresh_due and not $12
        where account = $1 and live = $2 and as_of <= $3
        """, [state.Account, live, .. Values(state), asked]);

    /// <summary>Gives a payee its account. Events that came before are not applied but looked up: the state that was answered may be older or newer.</summary>
    public static async Task OpenAccountAsync(StripeWork work, ContactId payee, bool live, StripeAccountState state, DateTimeOffset now)
    {
        await work.ExecuteAsync("""
            insert into stripe_account (account, live, as_of, transfers, payouts_enabled, details_submitted, disabled_reason, currently_due, past_due,
                eventually_due, pending_verification, payee, opened_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict do nothing
            """, [state.Account, live, .. Values(state), payee.Value, now.UtcDateTime]);
        var matched = await work.ExecuteAsync("""
            update stripe_event set effect = 'applied', applied_at = $2
            where account = $1 and effect = 'kept' and stream = 'connect'
            """, state.Account, now.UtcDateTime);
        if (matched > 0)
            await work.ExecuteAsync("update stripe_account set refresh_due = true where account = $1", state.Account);
    }

    /// <summary>The payee took our access away.</summary>
    public static async Task<StripeEffect> DeauthorizeAsync(StripeWork work, StripeEvent happened) =>
        await work.ExecuteAsync("update stripe_account set deauthorized_at = coalesce(deauthorized_at, $3) where account = $1 and live = $2",
            happened.Account!, happened.Live, happened.HappenedAt.UtcDateTime) > 0
            ? StripeEffect.Applied
            : StripeEffect.Kept;

    private static object[] Values(StripeAccountState state) =>
    [
        state.AsOf.UtcDateTime, state.Transfers, state.PayoutsEnabled, state.DetailsSubmitted,
        new NpgsqlParameter { Value = (object?)state.DisabledReason ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
        state.CurrentlyDue.ToArray(), state.PastDue.ToArray(), state.EventuallyDue.ToArray(), state.PendingVerification.ToArray(),
    ];

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}

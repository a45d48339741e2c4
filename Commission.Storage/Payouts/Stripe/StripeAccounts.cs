using Commission.Domain;
using Npgsql;

namespace Commission.Storage.Payouts.Stripe;

/// <summary>What Stripe says of a connected account.</summary>
/// <param name="Account">Its id, <c>acct_…</c>.</param>
/// <param name="AsOf">The time of this state by Stripe's clock.</param>
/// <param name="Transfers">State of the capability: active, pending or inactive.</param>
/// <param name="PayoutsEnabled">Whether it can pay out to its bank.</param>
/// <param name="DetailsSubmitted">Whether the payee has filled in Stripe's form.</param>
/// <param name="DisabledReason">Why it is restricted; null when it is not.</param>
/// <param name="CurrentlyDue">What Stripe wants now, by Stripe's names.</param>
/// <param name="PastDue">What it wanted before now.</param>
/// <param name="EventuallyDue">What it will want.</param>
/// <param name="PendingVerification">What it is looking at.</param>
public sealed record StripeAccountState(
    string Account, DateTimeOffset AsOf, string Transfers, bool PayoutsEnabled, bool DetailsSubmitted, string? DisabledReason,
    IReadOnlyList<string> CurrentlyDue, IReadOnlyList<string> PastDue, IReadOnlyList<string> EventuallyDue, IReadOnlyList<string> PendingVerification);

/// <summary>A payee's connected account.</summary>
/// <param name="Payee">Whose.</param>
/// <param name="State">What is known of it.</param>
/// <param name="RefreshDue">Whether Stripe must be asked: two states of the same second came, or one came early.</param>
/// <param name="DeauthorizedAt">When the payee took our access away; null while we have it.</param>
public sealed record StripeAccount(ContactId Payee, StripeAccountState State, bool RefreshDue, DateTimeOffset? DeauthorizedAt)
{
    /// <summary>Whether the payee can be paid by Stripe.</summary>
    public bool CanReceive => WhyNot is null;

    /// <summary>Why it cannot, in words; null when it can.</summary>
    public string? WhyNot => WhyNotOf(State.Transfers, State.DisabledReason, State.CurrentlyDue, DeauthorizedAt is not null);

    internal static string? WhyNotOf(string transfers, string? disabledReason, IReadOnlyList<string> currentlyDue, bool isDeauthorized) =>
        isDeauthorized ? "The payee took our access to its account at Stripe away."
        : transfers == "active" ? null
        : currentlyDue.Count > 0 ? $"Stripe still wants of the payee: {string.Join(", ", currentlyDue)}."
        : disabledReason is not null ? $"Stripe has restricted the payee's account: {disabledReason}."
        : $"Stripe has not enabled transfers to the payee's account: {transfers}.";
}

/// <summary>Connected accounts and their requirements.</summary>
public sealed class StripeAccounts(NpgsqlDataSource dataSource)
{
    private const string Sql = """
        select payee, account, as_of, transfers, payouts_enabled, details_submitted, disabled_reason, currently_due, past_due, eventually_due,
            pending_verification, refresh_due, deauthorized_at
        from stripe_account
        """;

    /// <summary>A payee's account, or null.</summary>
    public async Task<StripeAccount?> FindAsync(ContactId payee, bool live, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"{Sql} where payee = $1 and live = $2");
        StripeWork.Add(command, [payee.Value, live]);
        return (await StripeWork.ReadAsync(command, Row, cancellationToken)).FirstOrDefault();
    }

    /// <summary>Accounts of which Stripe must be asked again.</summary>
    public async Task<List<StripeAccount>> ReadRefreshDueAsync(bool live, int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"{Sql} where live = $1 and refresh_due order by as_of limit $2");
        StripeWork.Add(command, [live, limit]);
        return await StripeWork.ReadAsync(command, Row, cancellationToken);
    }

    /// <summary>Keeps what Stripe answered when it was asked, unless something newer is known.</summary>
    public async Task KeepAsync(bool live, StripeAccountState state, CancellationToken cancellationToken)
    {
        await using var work = await StripeWork.BeginAsync(dataSource, state.Account, cancellationToken);
        await StripeEffects.KeepStateAsync(work, live, state, asked: true);
        await work.CommitAsync();
    }

    private static StripeAccount Row(NpgsqlDataReader row) => new(
        new ContactId(row.GetGuid(0)),
        new StripeAccountState(
            row.GetString(1), row.GetFieldValue<DateTimeOffset>(2), row.GetString(3), row.GetBoolean(4), row.GetBoolean(5),
            row.IsDBNull(6) ? null : row.GetString(6), row.GetFieldValue<string[]>(7), row.GetFieldValue<string[]>(8), row.GetFieldValue<string[]>(9),
            row.GetFieldValue<string[]>(10)),
        row.GetBoolean(11), row.GetFieldValue<DateTimeOffset?>(12));
}

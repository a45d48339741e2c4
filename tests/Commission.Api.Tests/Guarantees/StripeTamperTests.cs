using Commission.Api.Tests.Payouts;
using Commission.Domain.Guarantees;
using Commission.Testing;

namespace Commission.Api.Tests.Guarantees;

/// <summary>
/// G6 over a batch that Stripe has paid, against a superuser who takes triggers off: every column of the orders to Stripe. Each change is
/// judged inside its own transaction, which is then rolled back.
/// </summary>
public sealed class StripeTamperTests(StripePaidEngine paid) : IClassFixture<StripePaidEngine>
{
    private static readonly Dictionary<string, (string Value, string? Found)> Requests = new()
    {
        ["live"] = ("not live", "was asked for in live mode"),
        ["key"] = ("key || '9'", "the rail has nothing of attempt 1"),
        ["kind"] = ("'reversal'", "the rail has nothing of attempt 1"),
        ["subject"] = ("'acct_elsewhere'", "pays another account"),
        ["amount"] = ("amount + 1", "the rail pays"),
        ["currency"] = ("'NZD'", "is in NZD"),
        ["outcome"] = ("null", "Stripe has not done it"),
        ["reversed_minor"] = ("1", "of it went back"),

        // How an order came to its outcome, for people and for sending it again; what it came to is in the columns above.
        ["country"] = ("'NZ'", null),
        ["created_at"] = ("created_at - interval '1 day'", null),
        ["sends"] = ("sends + 1", null),
        ["sent_at"] = ("sent_at - interval '1 day'", null),
        ["key_used_at"] = ("key_used_at - interval '1 day'", null),
        ["ended_at"] = ("ended_at - interval '1 day'", null),
        ["object_id"] = ("object_id || '9'", null), // Which transfer it was, Stripe knows: the transfer group is the key.
        ["status"] = ("402", null),
        ["code"] = ("'none'", null),
        ["detail"] = ("'none'", null),
        ["revision"] = ("revision + 1", null), // As if there were news: they are told, and are none.
        ["told"] = ("told + 1", null),
    };

    public static TheoryData<string> Columns => [.. Requests.Keys];

    [Fact]
    public async Task Nothing_is_found_where_nothing_was_changed_and_no_column_is_left_out()
    {
        var outcome = await paid.JudgeAsync("select 1");
        Assert.True(outcome.Verdict == Verdict.Holds, string.Join("\n", outcome.Violations));
        Assert.Equal((1, 2, 2), (outcome.Evidence["payout batches"], outcome.Evidence["payout items"], outcome.Evidence["rail records"]));
        var columns = await paid.Scenario.Engine.Database.ScalarAsync<string[]>(
            "select array_agg(column_name::text) from information_schema.columns where table_schema = 'public' and table_name = 'stripe_request'");
        Assert.Equal(columns!.Order(StringComparer.Ordinal), Requests.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Columns))]
    public Task A_changed_column_is_found_or_known_to_say_nothing(string column) =>
        AssertFoundAsync($"update stripe_request set {column} = {Requests[column].Value} where kind = 'transfer'", Requests[column].Found);

    [Theory]
    [InlineData("delete from stripe_request where kind = 'transfer'", "the rail has nothing of attempt 1")]
    [InlineData(
        "insert into stripe_request (live, key, kind, subject, amount, currency, created_at) "
        + "select live, replace(key, '/1/1', '/9/1'), kind, subject, amount, currency, created_at from stripe_request where key like '%/1/1'", "/9/1")]
    public Task Missing_and_added_orders_are_found(string sql, string message) => AssertFoundAsync(sql, message);

    private async Task AssertFoundAsync(string sql, string? message)
    {
        var outcome = await paid.JudgeAsync(sql);
        var found = string.Join("\n", outcome.Violations);
        Assert.True(outcome.Verdict == (message is null ? Verdict.Holds : Verdict.Broken), found);
        if (message is not null)
            Assert.Contains(message, found, StringComparison.Ordinal);
    }
}

/// <summary>An engine whose only batch Stripe has paid and told. For tests that change nothing for good.</summary>
public sealed class StripePaidEngine : IAsyncLifetime
{
    private StripeScenario _scenario = null!;

    internal StripeScenario Scenario => _scenario;

    public async ValueTask InitializeAsync()
    {
        _scenario = await StripeScenario.StartAsync();
        var batch = await _scenario.ApprovedAsync();
        (await _scenario.SubmitAsync(batch)).Is(200);
        await _scenario.WhenAsync(batch, "paid", 2);
        await Eventually.BecomesTrueAsync(
            async () => await _scenario.Engine.Database.ScalarAsync<bool>(
                "select not exists (select from outbox) and not exists (select from stripe_request where revision > told)"), "all is booked and told");
    }

    public ValueTask DisposeAsync() => _scenario.DisposeAsync();

    /// <summary>What G6 says after a change that nobody will ever see.</summary>
    internal Task<GuaranteeOutcome> JudgeAsync(string sql) =>
        Superuser.JudgeChangedAsync(_scenario.Engine, $"alter table stripe_request disable trigger all; {sql}", Guarantee.PaidOnce);
}

using Commission.Domain;
using Commission.StripeStandIn;
using Commission.Testing;
using Xunit;

namespace Commission.Crash.Tests.Payouts;

/// <summary>kill -9 at each step of both rails: one transfer for each item, one file for each part, one set of entries, and rows that are the ledger.</summary>
public sealed class PayoutCrashTests(PayoutRun run) : IClassFixture<PayoutRun>
{
    [Fact]
    public Task Before_the_order_to_Stripe_is_persisted() => PaidOnceAsync(_ => run.Proxy.HoldBefore(sql => sql.Contains("insert into stripe_request as", StringComparison.Ordinal)));

    [Fact]
    public Task After_it_is_persisted_and_before_the_commit_is_answered()
    {
        var isOrdered = false;
        return PaidOnceAsync(async batch =>
        {
            await run.Proxy.HoldAnswerTo(sql =>
            {
                isOrdered |= sql.Contains("insert into stripe_request as", StringComparison.Ordinal);
                return isOrdered && sql.StartsWith("COMMIT", StringComparison.Ordinal);
            });
            await IsDurableAsync($"stripe_request where starts_with(key, '{batch}')");
        });
    }

    [Fact]
    public Task After_it_is_persisted_and_before_anybody_takes_it_up() => PaidOnceAsync(async batch =>
    {
        await run.Proxy.HoldBefore(sql => sql.Contains("update stripe_request r set sent_at", StringComparison.Ordinal));
        await IsDurableAsync($"stripe_request where starts_with(key, '{batch}')");
    });

    [Fact]
    public Task When_it_is_noted_as_about_to_be_sent_and_is_not()
    {
        var (isOrdered, isCommitted) = (false, false);
        return PaidOnceAsync(async batch =>
        {
            await run.Proxy.HoldAnswerTo(sql =>
            {
                isOrdered |= sql.Contains("insert into stripe_request as", StringComparison.Ordinal);
                isCommitted |= isOrdered && sql.StartsWith("COMMIT", StringComparison.Ordinal);
                return isCommitted && sql.Contains("update stripe_request r set sent_at", StringComparison.Ordinal);
            });
            await IsDurableAsync($"stripe_request where starts_with(key, '{batch}')");
        });
    }

    [Fact]
    public Task While_the_request_is_with_Stripe_and_not_done() => PaidOnceAsync(_ => FaultAsync(FaultKind.TimeoutBefore));

    [Fact]
    public Task When_it_is_done_and_not_answered() => PaidOnceAsync(_ => FaultAsync(FaultKind.TimeoutAfter));

    [Fact]
    public Task When_it_is_answered_and_not_recorded() => PaidOnceAsync(_ => run.Proxy.HoldBefore(sql => sql.Contains("set outcome = 'done'", StringComparison.Ordinal)));

    [Fact]
    public Task When_it_is_recorded_and_its_batch_does_not_know()
    {
        var isRecorded = false;
        return PaidOnceAsync(_ => run.Proxy.HoldBefore(sql =>
        {
            isRecorded |= sql.Contains("set outcome = 'done'", StringComparison.Ordinal);
            return isRecorded && sql.Contains("update payout_item", StringComparison.Ordinal);
        }));
    }

    [Fact]
    public Task When_its_batch_knows_and_that_is_not_noted() => PaidOnceAsync(_ => run.Proxy.HoldBefore(sql => sql.Contains("set told =", StringComparison.Ordinal)
        && sql.Contains("unnest", StringComparison.Ordinal)));

    [Fact]
    public Task Before_the_file_is_written() => FiledOnceAsync(_ => run.Proxy.HoldBefore(sql => sql.Contains("insert into payout_file", StringComparison.Ordinal)));

    [Fact]
    public Task When_the_file_is_written_and_not_committed() =>
        FiledOnceAsync(_ => run.Proxy.HoldAnswerTo(sql => sql.Contains("insert into payout_file", StringComparison.Ordinal)));

    [Fact]
    public Task When_the_file_is_committed_and_nobody_knows()
    {
        var isWritten = false;
        return FiledOnceAsync(async batch =>
        {
            await run.Proxy.HoldAnswerTo(sql =>
            {
                isWritten |= sql.Contains("insert into payout_file", StringComparison.Ordinal);
                return isWritten && sql.StartsWith("COMMIT", StringComparison.Ordinal);
            });
            await IsDurableAsync($"payout_file f join payout_batch b on b.uuid = f.batch where b.id = '{batch}'");
        });
    }

    [Fact]
    public async Task When_the_file_is_handed_out_and_while_it_is_confirmed()
    {
        var batch = await run.ApprovedAsync("aba");
        await run.KilledAsync(batch, "submit", run.Proxy.HoldBefore(sql => sql.Contains("insert into payout_file", StringComparison.Ordinal)));
        var handedOut = await run.FileAsync(batch);
        await run.KilledAsync(batch, "confirm", run.Proxy.HoldAnswerTo(sql => sql.Contains("update payout_item", StringComparison.Ordinal)));
        await run.WhenAllAsync(batch, "paid");
        Assert.Equal(handedOut, await run.FileAsync(batch));
        await run.AuditAsync();
    }

    [Fact]
    public Task Before_papers_are_stored() => PaperedOnceAsync(_ => run.Proxy.HoldBefore(IsPaper));

    [Fact]
    public Task When_papers_are_stored_and_not_committed() => PaperedOnceAsync(_ => run.Proxy.HoldAnswerTo(IsPaper));

    [Fact]
    public Task When_papers_are_committed_and_nobody_knows()
    {
        var isStored = false;
        return PaperedOnceAsync(async batch =>
        {
            await run.Proxy.HoldAnswerTo(sql =>
            {
                isStored |= IsPaper(sql);
                return isStored && sql.StartsWith("COMMIT", StringComparison.Ordinal);
            });
            await IsDurableAsync($"tax_paper p join payout_batch b on b.uuid = p.batch where b.id = '{batch}'");
        });
    }

    private static bool IsPaper(string sql) => sql.Contains("insert into tax_paper (", StringComparison.Ordinal);

    private async Task PaperedOnceAsync(Func<string, Task> reached)
    {
        var batch = await run.ApprovedAsync("aba");
        await run.KilledAsync(batch, "submit", reached(batch));
        await run.WhenAllAsync(batch, "submitted");
        await run.AuditAsync();
    }

    private async Task PaidOnceAsync(Func<string, Task> reached)
    {
        var batch = await run.ApprovedAsync("stripe");
        await run.KilledAsync(batch, "submit", reached(batch));
        await run.WhenAllAsync(batch, "paid");
        await run.AuditAsync();
    }

    private async Task FiledOnceAsync(Func<string, Task> reached)
    {
        var batch = await run.ApprovedAsync("aba");
        await run.KilledAsync(batch, "submit", reached(batch));
        await run.WhenAllAsync(batch, "submitted");
        var file = await run.FileAsync(batch);
        Assert.Equal(file, await run.FileAsync(batch));
        Assert.Equal(Hash.Of(file).ToString(), Assert.Single((await run.ReadAsync(batch)).GetProperty("files").EnumerateArray()).GetProperty("hash").GetString());
        await run.AuditAsync();
    }

    private Task IsDurableAsync(string rows) => Eventually.BecomesTrueAsync(
        async () => await run.Cluster.ScalarAsync<long>($"select count(*) from {rows}") > 0, $"there are {rows}");

    private async Task FaultAsync(FaultKind kind)
    {
        run.StandIn.Faults.Add(kind, "/v1/transfers");
        await Eventually.BecomesTrueAsync(() => Task.FromResult(run.StandIn.Faults.Waiting == 0), "a request has come");
    }
}

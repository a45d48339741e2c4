using Commission.Domain.Guarantees;
using Commission.Storage.Guarantees;
using Commission.Storage.Payouts;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace Commission.Api.Tests.Guarantees;

/// <summary>A self-test's checks, run once: what each found is told again to checks that are blinded.</summary>
public sealed class SelfTested : IAsyncLifetime
{
    private static readonly Dictionary<string, VerifiedBook> Everything = [];
    private readonly TradedEngine _traded = new();
    private readonly List<CheckedBooks> _found = [];

    public async ValueTask InitializeAsync()
    {
        await _traded.InitializeAsync();
        await RunAsync(async (check, cancellationToken) =>
        {
            var found = await check.RunAsync(Everything, cancellationToken);
            _found.Add(found);
            return found;
        });
    }

    public ValueTask DisposeAsync() => _traded.DisposeAsync();

    /// <summary>The same self-test with checks that say something else of what they found.</summary>
    internal Task<SelfTestReport> TestAsync(Func<CheckedBooks, CheckedBooks> change)
    {
        var next = 0;
        return RunAsync((_, _) => Task.FromResult(change(_found[next++])));
    }

    private Task<SelfTestReport> RunAsync(JudgeBooks judge) => new SelfTestBench(
        _traded.Engine.Get<ScratchConnection>(), _traded.Engine.Get<Serializer>(), _traded.Engine.Get<PayeeVault>(), judge)
        .RunAsync("run", "localhost", Superuser.Limits, TestContext.Current.CancellationToken);
}

/// <summary>The self-test is a check too, and must fail when what it tests is blind, or cries at everything.</summary>
public sealed class BlindedTests(SelfTested bench) : IClassFixture<SelfTested>
{
    private static readonly Dictionary<string, VerifiedBook> Everything = [];

    [Theory]
    [InlineData(Guarantee.Attribution)]
    [InlineData(Guarantee.Authority)]
    [InlineData(Guarantee.RightRule)]
    [InlineData(Guarantee.ExactMoney)]
    [InlineData(Guarantee.Immutable)]
    [InlineData(Guarantee.PaidOnce)]
    public async Task A_blinded_check_fails_the_self_test_with_all_breaks_that_it_should_have_seen(Guarantee blind)
    {
        var report = await bench.TestAsync(found => With(found, outcome => outcome.Guarantee == blind
            ? outcome with { Verdict = Verdict.Holds, Violations = [], ViolationCount = 0 }
            : outcome));

        Assert.False(report.SawAll);
        var unseen = report.Breaks.Where(one => !one.Seen).ToList();
        Assert.True(unseen.Count >= 3);
        Assert.All(unseen, one => Assert.Equal(blind, one.Target));
        Assert.Equal(report.Breaks.Count(one => one.Target == blind), unseen.Count);
        Assert.Contains($"\nseen {report.Breaks.Count - unseen.Count} of {report.Breaks.Count}\n", report.NoteText("x"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Checks_that_see_everything_pass_and_leave_nothing_unseen() => Assert.True((await bench.TestAsync(found => found)).SawAll);

    [Fact]
    public async Task A_check_that_cries_at_everything_sees_every_break_and_fails_the_self_test()
    {
        var cry = new Violation("everywhere", "it cries");
        var report = await bench.TestAsync(found =>
            With(found, outcome => outcome with { Verdict = Verdict.Broken, Violations = [.. outcome.Violations, cry] }));

        Assert.All(report.Breaks, one => Assert.True(one.Seen));
        Assert.False(report.SawAll);
        Assert.NotEmpty(report.Baseline);
    }

    [Fact]
    public async Task The_command_ends_with_1_and_names_what_went_unseen()
    {
        await using var engine = await Engine.StartAsync(services => services.AddSingleton<JudgeBooks>(async (check, cancellationToken) => With(
            await check.RunAsync(Everything, cancellationToken),
            outcome => outcome.Guarantee == Guarantee.ExactMoney ? outcome with { Verdict = Verdict.Holds, Violations = [] } : outcome)));
        var network = await Network.CreateAsync(engine);
        await network.DealAsync(5);
        await GuaranteeScenario.WhenSignedAsync(engine);

        var ran = (await engine.CommissionAsync("guarantees", "--self-test", "--as", network.Admin.ToString())).Ended(1);

        Assert.Contains("G4  UNSEEN an account's balance is one cent higher", ran.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("G5  UNSEEN", ran.Output, StringComparison.Ordinal);
    }

    private static CheckedBooks With(CheckedBooks found, Func<GuaranteeOutcome, GuaranteeOutcome> change) =>
        found with { Outcomes = [.. found.Outcomes.Select(change)] };
}

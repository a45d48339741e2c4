using System.Diagnostics;
using Commission.StripeStandIn;

namespace Commission.Stripe.Tests;

/// <summary>Clients that we did not write take the stand-in for Stripe: Stripe's Node package and its command line.</summary>
public sealed class OutsiderTests
{
    private static string Folder { get; } = Path.Combine(Root(), "tools", "stripe-check");

    [Fact]
    public async Task Stripes_node_client_finds_all_as_it_expects()
    {
        NeedPackages();
        await using var standIn = await StandIn.StartAsync();
        var (code, output) = await RunAsync("node", Path.Combine(Folder, "check.mjs"), standIn.Url);
        Assert.True(code == 0, output);
        Assert.Contains("all as expected", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stripes_command_line_reads_and_is_refused()
    {
        NeedPackages();
        await using var standIn = await StandIn.StartAsync();
        standIn.Fund(1234);
        var (_, balance) = await StripeAsync(standIn, "get", "/v1/balance");
        Assert.Contains("1234", balance, StringComparison.Ordinal);
        var (_, transfer) = await StripeAsync(standIn, "post", "/v1/transfers", "-d", "amount=1", "-d", "currency=aud", "-d", "destination=acct_nobody");
        Assert.Contains("resource_missing", transfer, StringComparison.Ordinal);
        var (_, charge) = await StripeAsync(standIn, "charges", "create", "--amount", "700", "--currency", "aud", "--source", "tok_bypassPending");
        Assert.Contains("succeeded", charge, StringComparison.Ordinal);
    }

    private static void NeedPackages() => Assert.SkipUnless(
        Directory.Exists(Path.Combine(Folder, "node_modules", "stripe")), "Stripe's clients are not installed: npm install --no-save --prefix tools/stripe-check");

    private static Task<(int Code, string Output)> StripeAsync(StandIn standIn, params string[] arguments) =>
        RunAsync(Path.Combine(Folder, "node_modules", ".bin", "stripe"), [.. arguments, "--api-key", "sk_test_0123456789cli", "--api-base", standIn.Url]);

    private static async Task<(int Code, string Output)> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = System.Diagnostics.Process.Start(start)!;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromMinutes(1));
        try
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(deadline.Token), process.StandardError.ReadToEndAsync(deadline.Token));
            await process.WaitForExitAsync(deadline.Token);
            return (process.ExitCode, await output + await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Commission.sln")))
                return folder.FullName;
        }
        throw new InvalidOperationException("The repository's root was not found.");
    }
}

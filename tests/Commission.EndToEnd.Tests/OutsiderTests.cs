using Commission.Testing;
using Xunit;

namespace Commission.EndToEnd.Tests;

/// <summary>
/// Whoever does not trust us reads our logs with code that we did not write: the Go project's own transparency log packages
/// (Debian's golang-golang-x-mod-dev), driven by tools/log-check.
/// </summary>
public sealed class OutsiderTests(Installation installation) : IClassFixture<Installation>
{
    private const string GoPackages = "/usr/share/gocode";

    [Fact]
    public async Task Go_reads_every_book_and_sees_that_it_goes_on_from_an_earlier_checkpoint()
    {
        var check = await BuildAsync();
        using var http = new HttpClient { BaseAddress = new Uri(installation.Url) };
        string[] books = ["ledger", "handshakes", "administration"];
        Assert.Equal(0, (await installation.CommissionAsync("demo")).Code);
        foreach (var book in books)
            await File.WriteAllTextAsync(installation.Temporary(book), await WhenCoveredAsync(http, book), TestContext.Current.CancellationToken);

        string[] import = ["import", "--file", Sample("orders.csv"), "--mapping", Sample("mapping.json"), "--key-file", installation.Temporary("orders.pem")];
        await installation.CommissionAsync(import);

        foreach (var book in books)
        {
            var before = Size(await File.ReadAllTextAsync(installation.Temporary(book), TestContext.Current.CancellationToken));
            Assert.True(Size(await WhenCoveredAsync(http, book)) > before, $"{book} has grown");
            var key = (await http.GetStringAsync(new Uri($"/log/{book}/keys", UriKind.Relative), TestContext.Current.CancellationToken)).TrimEnd('\n');
            var ran = await Installation.RunAsync(
                check, "-url", $"{installation.Url}/log/{book}", "-key", key, "-old", installation.Temporary(book));
            Assert.True(ran.Code == 0, ran.Errors);
            Assert.Contains($"goes on from {before}\n", ran.Output, StringComparison.Ordinal);

            var stranger = await Installation.RunAsync(check, "-url", $"{installation.Url}/log/{book}", "-key", key, "-old", installation.Temporary(books[0]));
            Assert.Equal(book == books[0] ? 0 : 1, stranger.Code);
        }
    }

    [Fact]
    public async Task Go_reads_a_book_with_the_key_type_of_its_own_when_the_log_signs_with_it_too()
    {
        var check = await BuildAsync();
        await using var own = await Installation.StartAsync("--Commission:Ed25519Checkpoints", "true");
        using var http = new HttpClient { BaseAddress = new Uri(own.Url) };
        Assert.Equal(0, (await own.CommissionAsync("demo")).Code);
        await WhenCoveredAsync(http, "ledger");
        var keys = (await http.GetStringAsync(new Uri("/log/ledger/keys", UriKind.Relative), TestContext.Current.CancellationToken)).TrimEnd('\n').Split('\n');
        Assert.Equal([(byte)2, (byte)1], keys.Select(key => Convert.FromBase64String(key.Split('+', 3)[2])[0]));

        foreach (var key in keys)
        {
            var ran = await Installation.RunAsync(check, "-url", $"{own.Url}/log/ledger", "-key", key);
            Assert.True(ran.Code == 0, ran.Errors);
        }
    }

    private static long Size(string checkpoint) => long.Parse(checkpoint.Split('\n')[1], System.Globalization.CultureInfo.InvariantCulture);

    private static string Sample(string file) => Path.Combine(Installation.Root, "samples", "orders", file);

    /// <summary>The checkpoint that covers all that the book holds now.</summary>
    private static async Task<string> WhenCoveredAsync(HttpClient http, string book)
    {
        var head = System.Text.Json.JsonElement.Parse(await http.GetStringAsync(new Uri($"/api/v1/books/{book}", UriKind.Relative)));
        var checkpoint = "";
        await Eventually.BecomesTrueAsync(async () =>
        {
            using var answer = await http.GetAsync(new Uri($"/log/{book}/checkpoint", UriKind.Relative));
            checkpoint = await answer.Content.ReadAsStringAsync();
            return answer.IsSuccessStatusCode && Size(checkpoint) >= head.GetProperty("size").GetInt64();
        }, $"a checkpoint covers {book}");
        return checkpoint;
    }

    private async Task<string> BuildAsync()
    {
        Assert.SkipUnless(Installation.IsInstalled("go") && Directory.Exists(GoPackages), "Go and its module packages are not installed (golang-go, golang-golang-x-mod-dev).");
        var program = installation.Temporary("log-check");
        var built = await Installation.RunAsync(
            "env", "GO111MODULE=off", $"GOPATH={GoPackages}", $"GOCACHE={installation.Temporary("go-cache")}", "go", "build", "-o", program,
            Path.Combine(Installation.Root, "tools", "log-check", "main.go"));
        Assert.True(built.Code == 0, built.Errors);
        return program;
    }
}

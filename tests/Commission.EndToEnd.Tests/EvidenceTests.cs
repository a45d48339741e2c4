using Commission.Testing;
using Xunit;

namespace Commission.EndToEnd.Tests;

/// <summary>The tools as an outsider runs them: fetch a pack or a book once, verify it without the server.</summary>
public sealed class EvidenceTests(Installation installation) : IClassFixture<Installation>
{
    [Fact]
    public async Task A_fetched_pack_and_an_exported_book_are_verified_offline()
    {
        Assert.Equal(0, (await installation.CommissionAsync("demo")).Code);
        var (pack, book, older) = (installation.Temporary("pack.json"), installation.Temporary("ledger.leaves"), installation.Temporary("older"));

        var fetched = await installation.CommissionAsync("evidence", "--entry", "ledger/0", "--output", pack);
        Assert.True(fetched.Code == 0, fetched.Errors);
        using var http = new HttpClient { BaseAddress = new Uri(installation.Url) };
        var key = (await http.GetStringAsync(new Uri("/log/ledger/keys", UriKind.Relative), TestContext.Current.CancellationToken)).Split('\n')[0];
        await File.WriteAllTextAsync(
            older, await http.GetStringAsync(new Uri("/log/ledger/checkpoint", UriKind.Relative), TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        var verified = await Installation.VerifyAsync("pack", pack, "--key", key);
        Assert.True(verified.Code == 0, verified.Errors);
        Assert.Contains("entry 0 of the ledger.", verified.Output, StringComparison.Ordinal);

        Assert.Equal(0, (await installation.CommissionAsync("demo")).Code);
        await Eventually.BecomesTrueAsync(async () => (await installation.CommissionAsync("evidence", "--entry", "ledger/3", "--output", pack)).Code == 0, "a second deal is covered");
        foreach (var name in new[] { "handshakes", "administration", "ledger" })
        {
            Assert.Equal(0, (await installation.CommissionAsync("ledger", "export", "--format", "leaves", "--book", name, "--output", book)).Code);
            var whole = await Installation.VerifyAsync("book", book, "--key", key);
            Assert.True(whole.Code == 0, whole.Errors);
        }
        var goesOn = await Installation.VerifyAsync("book", book, "--key", key, "--checkpoint", older, "--account", "income:platform-fee");
        Assert.True(goesOn.Code == 0, goesOn.Errors);
        Assert.Contains("income:platform-fee: all ", goesOn.Output, StringComparison.Ordinal);

        var lines = await File.ReadAllLinesAsync(book, TestContext.Current.CancellationToken);
        Assert.Equal(13, await VerifyLinesAsync(lines[..^1], key));
        Assert.Equal(6, await VerifyLinesAsync([.. lines[..2], .. lines[3..]], key));
        Assert.Equal(6, await VerifyLinesAsync([lines[0], lines[2], lines[1], .. lines[3..]], key));
        Assert.Equal(1, await VerifyLinesAsync([.. lines[..^1], lines[^1][..^5]], key));
        Assert.Equal(1, await VerifyLinesAsync(lines[1..], key));
        Assert.Equal(2, (await Installation.VerifyAsync("book", book)).Code);
        Assert.Equal(2, (await Installation.VerifyAsync("book", book + ".absent", "--key", key)).Code);
    }

    private async Task<int> VerifyLinesAsync(IEnumerable<string> lines, string key)
    {
        var file = installation.Temporary("bent.leaves");
        await File.WriteAllTextAsync(file, string.Concat(lines.Select(line => line + "\n")));
        return (await Installation.VerifyAsync("book", file, "--key", key)).Code;
    }
}

using System.Globalization;
using Commission.Api.Tests;
using Commission.Console.Ledger;
using Commission.Storage.Ledger;
using Commission.Storage.Ledger.Log;
using Commission.Testing;
using Deque.AxeCore.Playwright;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Commission.Browser.Tests.Ledger;

/// <summary>The public chain page on a running engine.</summary>
public sealed class ChainPageTests(Engine engine, Browser browser) : IClassFixture<Engine>, IClassFixture<Browser>
{
    private const string Policy =
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    [Fact]
    public async Task It_shows_every_public_book_as_the_log_states_it()
    {
        await PublishedAsync();
        await using var visitor = await browser.VisitAsync(engine.Address);
        await visitor.OpenAsync();

        var logs = (await engine.GetAsync("/log")).Is(200).Items.ToArray();
        Assert.Equal(["administration", "handshakes", "ledger"], logs.Select(log => log.GetProperty("book").GetString()).Order(StringComparer.Ordinal));
        foreach (var log in logs)
        {
            var card = await visitor.TextAsync($"[data-book={log.GetProperty("book").GetString()}]");
            Assert.Contains(log.GetProperty("origin").GetString()!, card, StringComparison.Ordinal);
            Assert.Contains(log.GetProperty("root").GetString()!, card, StringComparison.Ordinal);
            Assert.Contains(log.GetProperty("size").GetInt64().ToString("N0", CultureInfo.InvariantCulture), card, StringComparison.Ordinal);
            Assert.Contains(log.GetProperty("keys")[0].GetString()!, card, StringComparison.Ordinal);
            Assert.Contains("Published", card, StringComparison.Ordinal);
            Assert.Contains("No witness", card, StringComparison.Ordinal);
        }
        foreach (var link in await visitor.Page.Locator(".links a").EvaluateAllAsync<string[]>("links => links.map(link => link.getAttribute('href'))"))
            (await engine.GetAsync(link)).Is(200);
    }

    [Fact]
    public async Task The_browser_checks_every_book_and_keeps_its_checkpoint()
    {
        await PublishedAsync();
        await using var visitor = await browser.VisitAsync(engine.Address);
        await visitor.OpenAsync();

        Assert.Contains("None yet", await visitor.TextAsync("#trust-state"), StringComparison.Ordinal);
        foreach (var book in new[] { "ledger", "handshakes", "administration" })
        {
            Assert.Equal("holds", await visitor.CheckAsync(book, leaf: "0"));
            Assert.Contains("Nothing was kept before", await visitor.TextAsync($"[data-book={book}] [data-step=consistency]"), StringComparison.Ordinal);
        }
        Assert.Contains("Trusted on first use", await visitor.TextAsync("#trust-state"), StringComparison.Ordinal);

        await PublishedAsync();
        await visitor.OpenAsync();
        Assert.Equal("holds", await visitor.CheckAsync("ledger"));
        Assert.Matches("From [0-9,]+ leaves to [0-9,]+ leaves", await visitor.TextAsync("[data-book=ledger] [data-step=consistency]"));
        Assert.Contains("entry", await visitor.TextAsync("[data-book=ledger] [data-step=leaf]"), StringComparison.OrdinalIgnoreCase);
        Assert.Empty(visitor.Complaints);
    }

    [Fact]
    public async Task A_byte_that_a_superuser_changes_is_found()
    {
        await using var own = await Engine.StartAsync(_ => { });
        await (await (await own.NetworkAsync()).DealAsync(handshakes: 5)).WhenBookedAsync(entries: 3);
        await CoveredAsync(own, "ledger");
        await using var visitor = await browser.VisitAsync(own.Address);
        await visitor.OpenAsync();
        Assert.Equal("holds", await visitor.CheckAsync("ledger"));

        await own.Database.ScalarAsync<int?>("""
            alter table book_entry disable trigger all;
            update book_entry e set bytes = set_byte(e.bytes, 100, get_byte(e.bytes, 100) # 1)
            from book_head h where h.id = e.book_id and h.book = 'ledger' and e.sequence = 1
            """);

        Assert.Equal("broken", await visitor.CheckAsync("ledger"));
        Assert.Contains("Inclusion (5)", await visitor.TextAsync("[data-book=ledger] .verdict"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ColorScheme.Light, 1440)]
    [InlineData(ColorScheme.Dark, 1440)]
    [InlineData(ColorScheme.Light, 390)]
    [InlineData(ColorScheme.Dark, 390)]
    public async Task It_is_accessible_within_its_policy_and_asks_nobody_else(ColorScheme scheme, int width)
    {
        await PublishedAsync();
        await using var visitor = await browser.VisitAsync(
            engine.Address, new BrowserNewContextOptions { ColorScheme = scheme, ViewportSize = new ViewportSize { Width = width, Height = 900 } });
        await visitor.OpenAsync();
        await NoFindingsAsync(visitor);

        Assert.Equal("holds", await visitor.CheckAsync("ledger"));
        await visitor.TrustAsync(NoteKeyPair.New("stranger.example/log/ledger/1").Public.ToString(), "");
        Assert.Equal("broken", await visitor.CheckAsync("handshakes"));
        await visitor.TrustAsync("nonsense", "");
        await visitor.KeepPictureAsync($"chain-{scheme}-{width}");

        await NoFindingsAsync(visitor);
        Assert.Empty(visitor.Complaints);
        Assert.All(visitor.Requests, request => Assert.StartsWith(engine.Address, request, StringComparison.Ordinal));
        Assert.Equal(width, await visitor.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
    }

    [Fact]
    public async Task The_reader_chooses_light_or_dark_and_the_choice_is_kept()
    {
        await PublishedAsync();
        await using var visitor = await browser.VisitAsync(engine.Address);
        await visitor.OpenAsync();
        Assert.Null(await visitor.Page.Locator("html").GetAttributeAsync("data-theme"));

        await visitor.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Dark" }).ClickAsync();
        await visitor.OpenAsync();

        Assert.Equal("dark", await visitor.Page.Locator("html").GetAttributeAsync("data-theme"));
        Assert.Equal("rgb(15, 16, 18)", await visitor.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
    }

    [Fact]
    public async Task Its_answers_say_what_browsers_must_know()
    {
        await PublishedAsync();
        using var http = new HttpClient { BaseAddress = new Uri(engine.Address) };
        http.DefaultRequestHeaders.AcceptEncoding.ParseAdd("gzip");
        using var page = await http.GetAsync("/chain", TestContext.Current.CancellationToken);
        var html = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(Policy, page.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Equal("nosniff", page.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.False(page.Headers.Contains("Set-Cookie"), "a page that nobody logs in to sets no cookie");
        Assert.DoesNotContain("style=", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<style", html, StringComparison.Ordinal);
        Assert.DoesNotContain("blazor", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<!--Blazor", html, StringComparison.Ordinal);

        await using var visitor = await browser.VisitAsync(engine.Address);
        await visitor.OpenAsync();
        var files = visitor.Requests.Where(request => request.EndsWith(".js", StringComparison.Ordinal) || request.Contains(".css", StringComparison.Ordinal)).ToArray();
        Assert.True(files.Length > 10, string.Join('\n', visitor.Requests));
        foreach (var file in files)
        {
            using var answer = await http.GetAsync(new Uri(file), TestContext.Current.CancellationToken);
            Assert.True(answer.IsSuccessStatusCode && answer.Content.Headers.ContentEncoding.SingleOrDefault() is "gzip" or "br", $"{file} is not compressed");
        }
    }

    [Fact]
    public async Task It_shows_which_witnesses_cosigned_and_which_are_awaited()
    {
        await using var own = await Engine.StartAsync(services => services.AddSingleton(new ConfiguredWitnesses(["witness.example/w1", "witness.example/w2"])));
        await own.NetworkAsync();
        await CoveredAsync(own, "administration");
        var (store, head) = (own.Get<CheckpointStore>(), await own.Get<TileQueries>().ReadHeadAsync("administration"));
        var latest = (await store.FindLatestAsync(head!.BookId, CancellationToken.None))!;
        await store.AddCosignatureAsync(
            head.BookId, latest.Incarnation, latest.Size, "witness.example/w1", "— witness.example/w1 AAAAAAA=\n", CancellationToken.None);
        await using var visitor = await browser.VisitAsync(own.Address);
        await visitor.OpenAsync();

        var card = await visitor.TextAsync("[data-book=administration] .facts");
        Assert.Contains("witness.example/w1", card, StringComparison.Ordinal);
        Assert.Contains("waiting for witness.example/w2", card, StringComparison.Ordinal);
        Assert.DoesNotContain("waiting for witness.example/w1", card, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_book_that_nobody_signed_yet_is_not_there()
    {
        await using var own = await Engine.StartAsync(services => services.AddSingleton<ICheckpointSigner, NoSigner>());
        await own.NetworkAsync();
        await using var visitor = await browser.VisitAsync(own.Address);
        await visitor.OpenAsync();

        Assert.Contains("There is none yet", await visitor.TextAsync("main"), StringComparison.Ordinal);
        Assert.Equal(0, await visitor.Page.Locator("[data-book]").CountAsync());
    }

    [Fact]
    public async Task An_empty_book_is_checked_and_goes_on_from_nothing()
    {
        await using var own = await Engine.StartAsync(_ => { });
        await Eventually.BecomesTrueAsync(async () => (await own.GetAsync("/health/ready")).Status == 200, "the engine is ready");
        await CoveredAsync(own, "ledger");
        await using var visitor = await browser.VisitAsync(own.Address);
        await visitor.OpenAsync();

        Assert.Equal("holds", await visitor.CheckAsync("ledger"));
        Assert.Contains("The book is empty", await visitor.TextAsync("[data-book=ledger] [data-step=leaf]"), StringComparison.Ordinal);
        await (await (await own.NetworkAsync()).DealAsync(handshakes: 5)).WhenBookedAsync(entries: 3);
        await CoveredAsync(own, "ledger");
        Assert.Equal("holds", await visitor.CheckAsync("ledger"));
        Assert.Contains("From 0 leaves to 3 leaves", await visitor.TextAsync("[data-book=ledger] [data-step=consistency]"), StringComparison.Ordinal);
    }

    /// <summary>A signer whose key is away.</summary>
    private sealed class NoSigner : ICheckpointSigner
    {
        private static InvalidOperationException Away => new("The key is away.");

        public ValueTask<IReadOnlyList<byte[]>> ListKeysAsync(CancellationToken cancellationToken) => throw Away;

        public ValueTask<byte[]> SignAsync(byte[] publicKey, byte[] text, CancellationToken cancellationToken) => throw Away;

        public ValueTask<SignedHead?> ReadLastAsync(string log, CancellationToken cancellationToken) => throw Away;

        public ValueTask RememberAsync(string log, SignedHead head, CancellationToken cancellationToken) => throw Away;

        public ValueTask<byte[]> ReplaceAsync(string request, TimeSpan overlap, CancellationToken cancellationToken) => throw Away;
    }

    private static async Task NoFindingsAsync(Visitor visitor)
    {
        var findings = (await visitor.Page.RunAxe()).Violations;
        Assert.True(findings.Length == 0, string.Join('\n', findings.Select(finding =>
            $"{finding.Id}: {finding.Help}: {string.Join("; ", finding.Nodes.Select(node => node.Html))}")));
    }

    /// <summary>One more deal is booked and published.</summary>
    private async Task PublishedAsync()
    {
        await (await (await engine.NetworkAsync()).DealAsync(handshakes: 5)).WhenBookedAsync(entries: 3);
        foreach (var book in new[] { "administration", "handshakes", "ledger" })
            await CoveredAsync(engine, book);
    }

    private static async Task CoveredAsync(Engine of, string book)
    {
        var size = (await of.GetAsync($"/api/v1/books/{book}")).Is(200)["size"].GetInt64();
        await Eventually.BecomesTrueAsync(
            async () => (await of.GetAsync("/log")).Items.Any(log => log.GetProperty("book").GetString() == book && log.GetProperty("size").GetInt64() >= size),
            $"a checkpoint covers {book}");
    }
}

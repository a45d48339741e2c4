using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Commission.Browser.Tests;

/// <summary>One reader's browser: what it asked for, and what it complained about.</summary>
internal sealed class Visitor : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _complaints = new();
    private readonly ConcurrentQueue<string> _requests = new();

    private Visitor(IBrowserContext context, IPage page) => (_context, Page) = (context, page);

    public IPage Page { get; }

    /// <summary>Violations of the content security policy, errors of scripts and of the console.</summary>
    public IReadOnlyCollection<string> Complaints => _complaints;

    /// <summary>Addresses that were asked for.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    public static async Task<Visitor> NewAsync(IBrowser browser, string address, BrowserNewContextOptions options)
    {
        options.BaseURL = address;
        var context = await browser.NewContextAsync(options);
        var visitor = new Visitor(context, await context.NewPageAsync());
        await context.ExposeFunctionAsync<string, bool>("__violated", text =>
        {
            visitor._complaints.Enqueue(text);
            return true;
        });
        await context.AddInitScriptAsync(
            "addEventListener('securitypolicyviolation', e => __violated(`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`))");
        visitor.Page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                visitor._complaints.Enqueue($"console: {message.Text}");
        };
        visitor.Page.PageError += (_, error) => visitor._complaints.Enqueue($"script: {error}");
        visitor.Page.Request += (_, request) => visitor._requests.Enqueue(request.Url);
        return visitor;
    }

    /// <summary>Opens the chain page and waits until its scripts are ready.</summary>
    public async Task OpenAsync(string path = "/chain")
    {
        await Page.GotoAsync(path);
        await Assertions.Expect(Page.Locator("#trust-panel")).ToBeVisibleAsync();
    }

    /// <summary>Checks a book and gives the outcome's state once there is one.</summary>
    public async Task<string> CheckAsync(string book, string? leaf = null)
    {
        var card = Page.Locator($"[data-book={book}]");
        if (leaf is not null)
            await card.Locator("input[name=leaf]").FillAsync(leaf);
        await card.Locator("button[type=submit]").ClickAsync();
        var outcome = card.Locator(".outcome");
        await Assertions.Expect(outcome).Not.ToHaveAttributeAsync("data-state", "checking");
        return (await outcome.GetAttributeAsync("data-state"))!;
    }

    /// <summary>Keeps keys as a reader does who got them elsewhere.</summary>
    public async Task TrustAsync(string keys, string witnesses)
    {
        if (await Page.Locator("#trust-panel details[open]").CountAsync() == 0)
            await Page.Locator("#trust-panel summary").ClickAsync();
        await Page.Locator("#trust-log").FillAsync(keys);
        await Page.Locator("#trust-witness").FillAsync(witnesses);
        await Page.GetByText("Keep these keys").ClickAsync();
    }

    /// <summary>A picture of the whole page, where one was asked for: COMMISSION_PICTURES names the folder.</summary>
    public async Task KeepPictureAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("COMMISSION_PICTURES") is { Length: > 0 } folder)
            await Page.ScreenshotAsync(new PageScreenshotOptions { FullPage = true, Path = Path.Combine(folder, name + ".png") });
    }

    public Task<string> TextAsync(string selector) => Page.Locator(selector).InnerTextAsync();

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}

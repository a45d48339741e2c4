using System.Collections.Concurrent;
using Commission.Domain.Ledger.Log;
using Commission.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Commission.Api.Tests.Ledger;

/// <summary>Books that do not go on from what was signed. Each test has an engine of its own, for it bends it for good.</summary>
public sealed class IncarnationTests
{
    [Fact]
    public async Task A_book_whose_database_was_restored_goes_on_as_a_new_incarnation_and_says_from_what_it_does_not_go_on()
    {
        await using var engine = await Engine.StartAsync(_ => { });
        var network = await Network.CreateAsync(engine);
        var signed = await WhenSignedAsync(engine, checkpoint => checkpoint.Size > 0);

        // What the signer remembers, and the database has never seen: as if it had been restored from an older backup.
        var memory = Path.Combine(engine.Keys.FullName, "signed.json");
        var text = await File.ReadAllTextAsync(memory, TestContext.Current.CancellationToken);
        var later = text.Replace(
            $"\"Size\":{signed.Size},\"Root\":\"{signed.Root}", $"\"Size\":{signed.Size + 7},\"Root\":\"{new string('a', 64)}", StringComparison.Ordinal);
        Assert.NotEqual(text, later);
        await File.WriteAllTextAsync(memory, later, TestContext.Current.CancellationToken);
        await network.AddRulesAsync("2099-01-01", "1");

        var after = await WhenSignedAsync(engine, checkpoint => checkpoint.Origin != signed.Origin);
        Assert.EndsWith("/administration/2", after.Origin, StringComparison.Ordinal);
        Assert.True(after.Size > signed.Size);
        var log = (await engine.GetAsync("/log")).Items.Single(item => item.GetProperty("book").GetString() == "administration");
        var incarnation = log.GetProperty("incarnations")[1];
        Assert.Equal((signed.Size + 7, new string('a', 64)), (incarnation.GetProperty("signedSize").GetInt64(), incarnation.GetProperty("signedRoot").GetString()));
    }

    [Fact]
    public async Task A_book_that_was_cut_is_not_signed_any_more()
    {
        using var log = new KeptLog();
        await using var engine = await Engine.StartAsync(services => services.AddSingleton<ILoggerProvider>(log));
        await Network.CreateAsync(engine);
        var signed = await WhenSignedAsync(engine, checkpoint => checkpoint.Size > 1);

        // The head as it was when the book had one leaf: its frontier is that leaf's hash.
        await engine.Database.ScalarAsync<int?>("""
            update book_head h set size = 1, last_leaf = sha256('\x00'::bytea || e.bytes), frontier = sha256('\x00'::bytea || e.bytes)
            from book_entry e where h.book = 'administration' and e.book_id = h.id and e.sequence = 0
            """);
        await Eventually.BecomesTrueAsync(() => Task.FromResult(log.Has("administration was changed before leaf")), "the engine says that the book was changed");

        Assert.Equal(signed, await WhenSignedAsync(engine, _ => true));
    }

    /// <summary>What the engine says.</summary>
    private sealed class KeptLog : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public bool Has(string text) => _lines.Any(line => line.Contains(text, StringComparison.Ordinal));

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                _lines.Enqueue(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }

    private static async Task<Checkpoint> WhenSignedAsync(Engine engine, Func<Checkpoint, bool> isSo)
    {
        Checkpoint? checkpoint = null;
        await Eventually.BecomesTrueAsync(async () =>
        {
            var answer = await engine.GetAsync("/log/administration/checkpoint");
            checkpoint = answer.Status == 200 ? Checkpoint.Read(SignedNote.Read(answer.Bytes).Text) : null;
            return checkpoint is not null && isSo(checkpoint);
        }, "a checkpoint is signed");
        return checkpoint!;
    }
}

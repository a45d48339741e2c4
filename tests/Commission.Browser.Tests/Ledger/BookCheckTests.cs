using System.Globalization;
using Commission.Api.Tests;
using Commission.Domain.Ledger.Log;
using Commission.Testing;

namespace Commission.Browser.Tests.Ledger;

/// <summary>What the browser says of books that are as they should be, and of books that are not.</summary>
public sealed class BookCheckTests(Engine engine, Browser browser) : IClassFixture<Engine>, IClassFixture<Browser>
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(700)]
    [InlineData(1_024)]
    [InlineData(65_536)]
    [InlineData(65_536 + 256 + 3)]
    [InlineData((2 * 65_536) + 5)]
    public async Task A_book_of_any_size_is_hashed_again_and_goes_on(int size)
    {
        using var log = FakeLog.Of(size);
        await using var visitor = await OpenAsync(log);

        Assert.Equal("holds", await visitor.CheckAsync("ledger", leaf: "0"));
        log.Grow(300);
        Assert.Equal("holds", await visitor.CheckAsync("ledger", leaf: (size / 2).ToString(CultureInfo.InvariantCulture)));

        var told = await visitor.TextAsync("[data-book=ledger] .steps");
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"to {size + 300:N0} leaves"), told, StringComparison.Ordinal);
        Assert.Empty(visitor.Complaints);
    }

    [Fact]
    public async Task A_log_that_was_rolled_back_sets_off_the_alarm_with_both_signed_notes()
    {
        using var log = FakeLog.Of(600);
        await using var visitor = await OpenAsync(log);
        Assert.Equal("holds", await visitor.CheckAsync("ledger"));

        using var shorter = log.Fork(same: 500, size: 500);
        await shorter.ServeAsync(visitor);

        Assert.Equal("broken", await visitor.CheckAsync("ledger"));
        await AlarmIsAsync(visitor, "its end was cut off", log.Note(600), shorter.Note(500), log.Key);

        // It never goes back: what was kept stays kept, however often it is asked.
        await visitor.OpenAsync();
        Assert.Equal("broken", await visitor.CheckAsync("ledger"));
    }

    [Theory]
    [InlineData(599, 600, "different roots")]
    [InlineData(599, 900, "does not go on from")]
    [InlineData(0, 601, "does not go on from")]
    public async Task A_rewritten_book_that_its_own_key_signed_sets_off_the_alarm(int same, int size, string words)
    {
        using var log = FakeLog.Of(600);
        await using var visitor = await OpenAsync(log);
        Assert.Equal("holds", await visitor.CheckAsync("ledger"));

        using var rewritten = log.Fork(same, size);
        await rewritten.ServeAsync(visitor);

        Assert.Equal("broken", await visitor.CheckAsync("ledger"));
        await AlarmIsAsync(visitor, words, log.Note(600), rewritten.Note(size), log.Key);
    }

    [Fact]
    public async Task A_new_incarnation_is_an_alarm_until_the_reader_accepts_it()
    {
        using var log = FakeLog.Of(600);
        await using var visitor = await OpenAsync(log);
        Assert.Equal("holds", await visitor.CheckAsync("ledger"));
        using var second = log.Fork(same: 500, size: 700, incarnation: 2);
        await second.ServeAsync(visitor);

        Assert.Equal("broken", await visitor.CheckAsync("ledger"));
        await visitor.KeepPictureAsync("alarm");
        await AlarmIsAsync(visitor, "began anew", log.Note(600), second.Note(700), log.Key);
        await visitor.Page.GetByText("keep the new incarnation").ClickAsync();

        Assert.Equal("holds", await visitor.CheckAsync("ledger"));
    }

    [Theory]
    [InlineData(699, "Link (6)|Inclusion (5)")]
    [InlineData(400, "Link (6)|Inclusion (5)")]
    [InlineData(256, "Link (6)|Inclusion (5)")]
    public async Task A_changed_byte_in_the_last_leaves_is_found(int leaf, string codes)
    {
        using var log = FakeLog.Of(700);
        await using var visitor = await OpenAsync(log);
        log.Flip(leaf);

        Assert.Equal("broken", await visitor.CheckAsync("ledger", leaf: "0"));
        var told = await visitor.TextAsync("[data-book=ledger] .verdict");
        Assert.True(codes.Split('|').Any(code => told.Contains(code, StringComparison.Ordinal)), told);
    }

    [Fact]
    public async Task A_changed_leaf_is_not_in_the_signed_book()
    {
        using var log = FakeLog.Of(1_000);
        await using var visitor = await OpenAsync(log);
        log.Flip(17);

        Assert.Equal("broken", await visitor.CheckAsync("ledger", leaf: "17"));
        Assert.Contains("Inclusion (5)", await visitor.TextAsync("[data-book=ledger] .verdict"), StringComparison.Ordinal);
        Assert.Equal("holds", await visitor.CheckAsync("ledger", leaf: "16"));
    }

    [Fact]
    public async Task Another_signer_is_not_believed_whatever_the_server_shows()
    {
        using var log = FakeLog.Of(10);
        await using var visitor = await OpenAsync(log);
        Assert.Equal("holds", await visitor.CheckAsync("ledger"));
        using var stranger = FakeLog.Of(10);
        await stranger.ServeAsync(visitor);

        Assert.Equal("broken", await visitor.CheckAsync("ledger"));
        Assert.Contains("Signature (3)", await visitor.TextAsync("[data-book=ledger] .verdict"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_and_a_witness_that_the_reader_brings_must_have_signed()
    {
        using var log = FakeLog.Of(10);
        var witness = NoteKeyPair.New("witness.example/w1");
        await using var visitor = await OpenAsync(log);
        await visitor.TrustAsync(log.Key.ToString(), witness.Public.ToString());

        Assert.Equal("broken", await visitor.CheckAsync("ledger"));
        Assert.Contains("Witness (4)", await visitor.TextAsync("[data-book=ledger] .verdict"), StringComparison.Ordinal);
        log.Cosigners.Add(witness);
        Assert.Equal("holds", await visitor.CheckAsync("ledger"));
        Assert.DoesNotContain("first use", await visitor.TextAsync("#trust-panel"), StringComparison.Ordinal);
        await visitor.TrustAsync("nonsense", "");
        Assert.Contains("Nothing was changed", await visitor.TextAsync("#trust-problem"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("checkpoint")]
    [InlineData("proof/inclusion")]
    [InlineData("tile/entries/002.p/88")]
    public async Task A_server_that_does_not_answer_breaks_nothing_and_proves_nothing(string path)
    {
        using var log = FakeLog.Of(600);
        await using var visitor = await OpenAsync(log);
        log.Instead[path] = null;

        Assert.Equal("error", await visitor.CheckAsync("ledger", leaf: "0"));
    }

    [Theory]
    [InlineData("checkpoint", "nonsense", "Signature (3)")]
    [InlineData("checkpoint", "a\n1\nb\n\n— a b\n", "Signature (3)")]
    [InlineData("proof/inclusion", "{}", "Inclusion (5)")]
    [InlineData("proof/inclusion", """{"hashes":["zz"]}""", "Inclusion (5)")]
    [InlineData("tile/entries/000", "\u0001", "Inclusion (5)")]
    public async Task Nonsense_is_refused_by_name(string path, string answer, string code)
    {
        using var log = FakeLog.Of(600);
        await using var visitor = await OpenAsync(log);
        log.Instead[path] = System.Text.Encoding.UTF8.GetBytes(answer);

        Assert.Equal("broken", await visitor.CheckAsync("ledger", leaf: "0"));
        Assert.Contains(code, await visitor.TextAsync("[data-book=ledger] .verdict"), StringComparison.Ordinal);
    }

    private static async Task AlarmIsAsync(Visitor visitor, string words, string older, string newer, NoteKey key)
    {
        var told = await visitor.TextAsync("[data-book=ledger] .verdict");
        Assert.Contains("Consistency (12)", told, StringComparison.Ordinal);
        Assert.Contains(words, told, StringComparison.Ordinal);
        var notes = await visitor.Page.Locator("[data-book=ledger] textarea.evidence").EvaluateAllAsync<string[]>("areas => areas.map(area => area.value)");
        Assert.Equal([Text(older), Text(newer)], notes.Select(Text));
        Assert.All(notes, note =>
        {
            var read = SignedNote.Read(System.Text.Encoding.UTF8.GetBytes(note));
            Assert.True((key with { Name = Checkpoint.Read(read.Text).Origin }).Signed(read));
        });
    }

    /// <summary>What was signed: signatures differ from one signing to the next.</summary>
    private static string Text(string note) => SignedNote.Read(System.Text.Encoding.UTF8.GetBytes(note)).Text;

    /// <summary>The page of an engine that has a ledger, which this log answers for.</summary>
    private async Task<Visitor> OpenAsync(FakeLog log)
    {
        await (await (await engine.NetworkAsync()).DealAsync(handshakes: 5)).WhenBookedAsync(entries: 3);
        await Eventually.BecomesTrueAsync(async () => (await engine.GetAsync("/log/ledger/checkpoint")).Status == 200, "the ledger has a checkpoint");
        var visitor = await browser.VisitAsync(engine.Address);
        await log.ServeAsync(visitor);
        await visitor.OpenAsync();
        return visitor;
    }
}

using Npgsql;

namespace Commission.Api.Tests.Guarantees;

/// <summary>
/// The tamper matrix as those see it who only have our tools: <c>commission ledger verify</c>, an exported book under
/// <c>commission-verify</c> with and without an older checkpoint, and a witness. Each change is put back afterwards.
/// </summary>
public sealed class OutsideTests(ObservedEngine observed) : IClassFixture<ObservedEngine>
{
    private const string Book = "(select id from book_head where book = 'handshakes')";

    /// <summary>What each says: its exit code, and a part of its text.</summary>
    private sealed record Seen(string Verify, string Exported, string WithOlder, string Witness, string Guarantee);

    public static TheoryData<string> Changes => [.. Matrix.Keys];

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Each_change_is_seen_by_those_who_can(string change)
    {
        var (apply, expected) = Matrix[change];
        await using var kept = await observed.TamperAsync(apply);

        var seen = new[]
        {
            ("ledger verify", expected.Verify, await observed.VerifyAsync()),
            ("commission-verify", expected.Exported, await observed.VerifyExportAsync(older: false)),
            ("with an older checkpoint", expected.WithOlder, await observed.VerifyExportAsync(older: true)),
            ("witness", expected.Witness, await observed.WitnessAsync()),
            ("guarantees", expected.Guarantee, await observed.JudgeAsync()),
        };

        Assert.All(seen, one => Assert.True(Says(one.Item3, one.Item2), $"{one.Item1}: expected {one.Item2}, was {one.Item3}"));
        Assert.True(change == "nothing" || seen.Any(one => one.Item2[0] != '0'), "a change that nobody sees does not belong here");
    }

    /// <summary>Exit code, then a part of the text.</summary>
    private static bool Says(string text, string expected) =>
        expected.Split(' ', 2) is [var code, ..] parts && text.StartsWith(code + " ", StringComparison.Ordinal)
        && (parts.Length == 1 || text.Contains(parts[1], StringComparison.Ordinal));

    private static readonly Dictionary<string, (Func<ObservedEngine, NpgsqlConnection, Task> Apply, Seen Expected)> Matrix = new()
    {
        ["nothing"] = (Sql("select 1"), new Seen("0", "0", "0", "0", "0")),
        ["a bit of a leaf is flipped"] = (
            Sql($"update book_entry set bytes = set_bit(bytes, 300, 1 - get_bit(bytes, 300)) where book_id = {Book} and sequence = 3"),
            new Seen("1 BROKEN", "6 Link", "6 Link", "1 does not go on", "1 G5")),
        ["the first leaf is deleted"] = (Sql(Delete("0")), new Seen("1 BROKEN", "6 Link", "6 Link", "3 500", "1 G5")),
        ["a middle leaf is deleted"] = (Sql(Delete("size / 2")), new Seen("1 BROKEN", "6 Link", "6 Link", "3 500", "1 G5")),
        ["the last leaf is deleted"] = (Sql(Delete("size - 1")), new Seen("1 BROKEN", "13 Completeness", "13 Completeness", "3 500", "1 G5")),
        ["two leaves are swapped"] = (
            Sql($"update book_entry e set bytes = o.bytes from book_entry o where e.book_id = {Book} and o.book_id = e.book_id and e.sequence + o.sequence = 5 "
                + "and e.sequence in (2, 3)"),
            new Seen("1 BROKEN", "6 Link", "6 Link", "1 does not go on", "1 G5")),
        ["a leaf is inserted behind the last"] = (
            Sql($"insert into book_entry (book_id, sequence, bytes, deal, kind, posted_at) select book_id, (select size from book_head where id = book_id), "
                + $"bytes, deal, kind, posted_at from book_entry where book_id = {Book} and sequence = 0"),
            new Seen("0", "0", "0", "0", "1 G5")),
        ["an entry is moved to another book"] = (
            Sql($"update book_entry set book_id = {Book}, sequence = 1000000 where book_id <> {Book} and sequence = 1 and debit is not null"),
            new Seen("1 ledger: BROKEN", "0", "0", "0", "1 G5")),
        ["the tail is cut off, head and all"] = (
            (_, connection) => ObservedEngine.CutAsync(connection, 10, checkpoints: false),
            new Seen("0", "13 Completeness", "13 Completeness", "3 500", "1 G5")),
        ["yesterday's backup is restored, checkpoints and all"] = (
            (_, connection) => ObservedEngine.CutAsync(connection, 5, checkpoints: true),
            new Seen("0", "0", "12 its end was cut off", "1 is not cosigned", "1 the signer remembers")),
        ["a deal is taken out, with fresh hashes everywhere"] = (
            (engine, connection) => engine.RewriteAsync(connection, engine.WithoutDeal, sign: false),
            new Seen("0", "13 Completeness", "12 it was changed", "3 500", "1 G5")),
        ["a deal is taken out, with fresh hashes and the stolen key"] = (
            (engine, connection) => engine.RewriteAsync(connection, engine.WithoutDeal, sign: true),
            new Seen("0", "0", "12 it was changed", "1 does not go on", "1 the signer remembers")),
        ["all that, and the signer's memory with it"] = (
            (engine, connection) => engine.RewriteAsync(connection, engine.WithoutDeal, sign: true, remember: true),
            new Seen("0", "0", "12 it was changed", "1 does not go on", "0")),
        ["a column beside a leaf says otherwise"] = (
            Sql("update book_entry set amount = amount + 1 where debit is not null"), new Seen("0", "0", "0", "0", "1 column amount")),
        ["a balance is changed"] = (
            Sql("update book_account set balance = balance + 1 where id = 1"), new Seen("1 the entries give", "0", "0", "0", "1 G4")),
    };

    private static string Delete(string place) =>
        $"delete from book_entry e using book_head h where h.id = e.book_id and h.book = 'handshakes' and e.sequence = {place}";

    private static Func<ObservedEngine, NpgsqlConnection, Task> Sql(string sql) => async (_, connection) =>
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    };
}

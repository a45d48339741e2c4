using Commission.Domain.Disputes;
using Commission.Domain.Guarantees;
using Commission.Domain.Ledger;
using Commission.Storage.Guarantees;
using Commission.Storage.Ledger.Log;
using Commission.Storage.Payouts;
using Npgsql;
using Orleans.Serialization;

namespace Commission.Api.Tests.Guarantees;

/// <summary>Somebody who may do everything in the database.</summary>
internal static class Superuser
{
    /// <summary>Takes off triggers, and with them foreign keys, and what else stands in the way.</summary>
    public const string Unprotected = """
        alter table book_entry disable trigger all; alter table book_head disable trigger all; alter table book_account disable trigger all;
        alter table book_tile disable trigger all; alter table book_checkpoint disable trigger all; alter table log_key disable trigger all;
        alter table book_cosignature disable trigger all; alter table book_incarnation disable trigger all; alter table deal disable trigger all;

        """;

    /// <summary>What "in time" means where nothing else is said.</summary>
    public static ServiceLimits Limits => new(TimeProvider.System.GetUtcNow(), TimeSpan.FromDays(10), DisputePolicy.Default, CheckContext.HoursOf);

    public static async Task<NpgsqlConnection> ConnectAsync(Engine engine)
    {
        var settings = new NpgsqlConnectionStringBuilder(engine.Database.OwnerConnectionString) { Pooling = false };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    /// <summary>What the checks find over a connection, by the engine's clock.</summary>
    public static Task<CheckedBooks> JudgeAsync(Engine engine, NpgsqlConnection connection, SignerMemory? memory)
    {
        var limits = Limits with { Now = engine.Get<TimeProvider>().GetUtcNow() };
        return new GuaranteeCheck(connection, new CheckContext(engine.Get<Serializer>(), engine.Get<PayeeVault>(), "localhost", memory, limits))
            .RunAsync(new Dictionary<string, VerifiedBook>(), TestContext.Current.CancellationToken);
    }

    /// <summary>What a guarantee says after a change that nobody will ever see.</summary>
    public static async Task<GuaranteeOutcome> JudgeChangedAsync(Engine engine, string sql, Guarantee guarantee)
    {
        await using var connection = await ConnectAsync(engine);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var command = new NpgsqlCommand(sql, connection))
            Assert.NotEqual(0, await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        return (await JudgeAsync(engine, connection, null))[guarantee];
    }

    /// <summary>What the engine's signer remembers.</summary>
    public static async Task<SignerMemory> MemoryAsync(Engine engine)
    {
        var (signer, names, last) = (engine.Get<ICheckpointSigner>(), engine.Get<LogNames>(), new Dictionary<string, SignedHead>(StringComparer.Ordinal));
        foreach (var book in new[] { Books.Ledger, Books.Handshakes, Books.Administration })
            last[book] = (await signer.ReadLastAsync(await names.MemoryAsync(book), TestContext.Current.CancellationToken))!;
        var name = await names.NameAsync();
        return new SignerMemory(
            await signer.ListKeysAsync(TestContext.Current.CancellationToken), last, (book, incarnation) => $"{name}/{book}/{incarnation}");
    }
}

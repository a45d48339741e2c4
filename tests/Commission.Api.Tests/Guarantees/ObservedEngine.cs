using System.Text;
using Commission.Domain;
using Commission.Domain.Guarantees;
using Commission.Domain.Ledger;
using Commission.Domain.Ledger.Log;
using Commission.Storage.Guarantees;
using Commission.Storage.Ledger.Log;
using Commission.Verifier;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Commission.Api.Tests.Guarantees;

/// <summary>An engine whose books were seen by others before somebody changes them: who kept a checkpoint, and a witness.</summary>
public sealed class ObservedEngine : IAsyncLifetime
{
    private static readonly string[] Tables =
        ["book_head", "book_account", "book_entry", "book_tile", "book_incarnation", "book_checkpoint", "book_cosignature", "deal"];

    private RestingSigner? _signer;
    private Engine _engine = null!;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("commission-observed-");
    private SignerMemory? _memory;
    private SignerMemory? _forged;
    private DealId _unfinished;
    private string _key = "";

    public async ValueTask InitializeAsync()
    {
        _engine = await Engine.StartAsync(services => services.AddSingleton<ICheckpointSigner>(provider =>
            _signer = new RestingSigner(new FileCheckpointSigner(provider.GetRequiredService<LogOptions>().KeysDirectory, TimeProvider.System))));
        var network = await Network.CreateAsync(_engine);
        await network.DealAsync(5);
        await GuaranteeScenario.WhenSignedAsync(_engine);
        await network.DealAsync(2);
        await GuaranteeScenario.WhenSignedAsync(_engine);
        _unfinished = TypedId.Parse<DealId>((await _engine.Database.ScalarAsync<string>("select id from deal where status = 2"))!);
        _key = (await _engine.GetAsync("/log/handshakes/keys")).Text.TrimEnd('\n');
        var older = (await _engine.GetAsync("/log/handshakes/checkpoint")).Text;
        await File.WriteAllTextAsync(PathOf("older"), older);
        Assert.StartsWith("0 ", await WitnessAsync(), StringComparison.Ordinal);
        Directory.Move(PathOf("witness-now"), PathOf("witness"));
        await network.DealAsync(5);
        await GuaranteeScenario.WhenSignedAsync(_engine);
        _memory = await Superuser.MemoryAsync(_engine);

        // From now on the engine signs nothing: what a change leaves behind is judged as it is, whichever tick comes first.
        _signer!.Rests = true;
        await _engine.Database.ScalarAsync<int?>(
            Superuser.Unprotected + "create schema kept;" + string.Concat(Tables.Select(table => $"create table kept.{table} as table {table};")));
    }

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>The handshakes book without the deal that the client only acknowledged, which no entry depends on.</summary>
    internal IReadOnlyList<BookRecord> WithoutDeal(IReadOnlyList<BookRecord> records) =>
        [.. records.Where(record => ((HandshakeDraft)record).Deal != _unfinished)];

    /// <summary>Changes the books for good, until what is given back is disposed of.</summary>
    internal async Task<IAsyncDisposable> TamperAsync(Func<ObservedEngine, NpgsqlConnection, Task> change)
    {
        _forged = null;
        await using var connection = await Superuser.ConnectAsync(_engine);
        await change(this, connection);
        return new PutBack(_engine);
    }

    internal async Task<string> VerifyAsync() => Text(await _engine.CommissionAsync("ledger", "verify"));

    internal async Task<string> VerifyExportAsync(bool older)
    {
        var file = PathOf("book.leaves");
        var exported = await _engine.CommissionAsync("ledger", "export", "--format", "leaves", "--book", "handshakes", "--output", file);
        if (exported.Code != 0)
            return Text(exported);
        using var output = new StringWriter();
        using var errors = new StringWriter();
        string[] held = older ? ["--checkpoint", PathOf("older")] : [];
        var failure = Verification.Run(["book", file, "--key", _key, .. held], output, errors);
        return $"{(int)failure} {output}{errors}";
    }

    /// <summary>What a witness says that saw the older checkpoint; what it learns now it forgets.</summary>
    internal async Task<string> WitnessAsync()
    {
        var folder = PathOf("witness-now");
        Directory.CreateDirectory(folder);
        if (Directory.Exists(PathOf("witness")))
        {
            foreach (var file in Directory.GetFiles(PathOf("witness")))
                File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        }
        return Text(await _engine.CommissionAsync(
            "witness", "--name", "witness.example/w1", "--folder", folder, "--log", _key, "--follow", $"{_engine.Address}/log/handshakes", "--once"));
    }

    internal async Task<string> JudgeAsync()
    {
        await using var connection = await Superuser.ConnectAsync(_engine);
        var found = await Superuser.JudgeAsync(_engine, connection, _forged ?? _memory!);
        var broken = found.Outcomes.Where(outcome => outcome.Verdict == Verdict.Broken).ToList();
        var violations = broken.SelectMany(outcome => outcome.Violations.Select(one => $"{outcome.Guarantee.Code()} {one.Where}: {one.What}"));
        return $"{(broken.Count == 0 ? 0 : 1)} {string.Join('\n', violations)}";
    }

    /// <summary>The handshakes book written anew from other records: every hash, the head and the tiles fit again.</summary>
    internal async Task RewriteAsync(
        NpgsqlConnection connection, Func<IReadOnlyList<BookRecord>, IReadOnlyList<BookRecord>> change, bool sign, bool remember = false)
    {
        var (records, last) = await ReadAsync(connection);
        var append = BookMachine.Append(
            Books.Handshakes, default, TreeEdge.Empty, new Dictionary<AccountKey, AccountHead>(), change(records), last);
        await RunAsync(connection, $"delete from book_entry where book_id = {Book}; delete from book_tile where book_id = {Book}");
        foreach (var leaf in append.Leaves)
        {
            var draft = ((HandshakeLeaf)leaf.Leaf).Handshake;
            await RunAsync(
                connection, $"insert into book_entry (book_id, sequence, bytes, deal, kind, posted_at) values ({Book}, $1, $2, $3, $4, $5)",
                leaf.Leaf.Sequence, leaf.Bytes, draft.Deal.Value, (short)draft.Step, last.UtcDateTime);
        }
        var frontier = append.Tree.Frontier().SelectMany(hash => hash.ToArray()).ToArray();
        await RunAsync(
            connection, "update book_head set size = $1, last_leaf = $2, frontier = $3 where book = 'handshakes'",
            append.Head.Size, append.Head.LastLeaf.ToArray(), frontier);
        await RunAsync(connection, "delete from deal where id = $1 and $2", _unfinished.ToString(), append.Leaves.All(leaf => DealOf(leaf) != _unfinished));
        if (sign)
            await SignAsync(connection, append, remember);
    }

    /// <summary>The handshakes book as it was when it had so many leaves, with head and tiles; with its checkpoints too, if a backup is restored.</summary>
    internal static async Task CutAsync(NpgsqlConnection connection, int size, bool checkpoints)
    {
        await RunAsync(connection, $"delete from book_entry where book_id = {Book} and sequence >= $1", (long)size);
        await RunAsync(
            connection,
            $"""
            update book_head h set size = $1, last_leaf = sha256('\x00'::bytea || e.bytes), frontier = $2 from book_entry e
            where h.id = {Book} and e.book_id = h.id and e.sequence = $1 - 1
            """,
            (long)size, await FrontierAsync(connection));
        if (checkpoints)
            await RunAsync(connection, $"delete from book_checkpoint where book_id = {Book} and size > $1", (long)size);
    }

    private const string Book = "(select id from book_head where book = 'handshakes')";

    private static DealId DealOf(EncodedLeaf leaf) => ((HandshakeLeaf)leaf.Leaf).Handshake.Deal;

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private static string Text(Ran ran) => $"{ran.Code} {ran.Output}{ran.Errors}";

    /// <summary>Signs as a thief of the key does: every checkpoint of the book is his.</summary>
    private async Task SignAsync(NpgsqlConnection connection, BookAppend append, bool remember)
    {
        var signer = _engine.Get<ICheckpointSigner>();
        var checkpoint = new Checkpoint(_memory!.OriginOf(Books.Handshakes, 1), append.Tree.Size, append.Tree.Root);
        var lines = new List<NoteSignature>();
        foreach (var key in _memory.Keys)
        {
            var signature = await signer.SignAsync(key, Encoding.UTF8.GetBytes(checkpoint.Text), TestContext.Current.CancellationToken);
            lines.Add(new NoteSignature(checkpoint.Origin, new NoteKey(checkpoint.Origin, key).KeyId, signature));
        }
        await RunAsync(connection, $"delete from book_cosignature where book_id = {Book}; delete from book_checkpoint where book_id = {Book}");
        await RunAsync(
            connection, $"insert into book_checkpoint (book_id, incarnation, size, root, note) values ({Book}, 1, $1, $2, $3)",
            checkpoint.Size, checkpoint.Root.ToArray(), new SignedNote(checkpoint.Text, lines).ToString());
        if (remember)
        {
            var last = new Dictionary<string, SignedHead>(_memory.Last) { [Books.Handshakes] = new SignedHead(1, checkpoint.Size, checkpoint.Root) };
            _forged = _memory with { Last = last };
        }
    }

    private static async Task<(IReadOnlyList<BookRecord> Records, DateTimeOffset Last)> ReadAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand($"select bytes from book_entry where book_id = {Book} order by sequence", connection);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var leaves = new List<HandshakeLeaf>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            leaves.Add((HandshakeLeaf)LeafEncoding.Decode(reader.GetFieldValue<byte[]>(0)));
        return ([.. leaves.Select(leaf => leaf.Handshake)], leaves[^1].PostedAt);
    }

    private static async Task<byte[]> FrontierAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand($"select bytes from book_entry where book_id = {Book} order by sequence", connection);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var hashes = new List<Hash>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            hashes.Add(MerkleTree.LeafHash(reader.GetFieldValue<byte[]>(0)));
        return [.. TreeEdge.Empty.Append(hashes).Next.Frontier().SelectMany(hash => hash.ToArray())];
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>A signer that can rest: then nothing is published.</summary>
    private sealed class RestingSigner(ICheckpointSigner signer) : ICheckpointSigner
    {
        public volatile bool Rests;

        public ValueTask<IReadOnlyList<byte[]>> ListKeysAsync(CancellationToken cancellationToken) => signer.ListKeysAsync(cancellationToken);

        public ValueTask<byte[]> SignAsync(byte[] publicKey, byte[] text, CancellationToken cancellationToken) =>
            signer.SignAsync(publicKey, text, cancellationToken);

        public ValueTask<SignedHead?> ReadLastAsync(string log, CancellationToken cancellationToken) =>
            Rests ? throw new InvalidOperationException("The signer rests.") : signer.ReadLastAsync(log, cancellationToken);

        public ValueTask RememberAsync(string log, SignedHead head, CancellationToken cancellationToken) => signer.RememberAsync(log, head, cancellationToken);

        public ValueTask<byte[]> ReplaceAsync(string request, TimeSpan overlap, CancellationToken cancellationToken) =>
            signer.ReplaceAsync(request, overlap, cancellationToken);
    }

    /// <summary>Brings the tables back as they were.</summary>
    private sealed class PutBack(Engine engine) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await engine.Database.ScalarAsync<int?>(
            "begin;" + string.Concat(Tables.Select(table => $"delete from {table};"))
            + string.Concat(Tables.Select(table => $"insert into {table} overriding system value select * from kept.{table};")) + "commit");
    }
}

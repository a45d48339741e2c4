using System.Text.Json;
using Commission.Domain;

namespace Commission.Storage.Ledger.Log;

/// <summary>
/// Keys and memory in a folder that only its owner may read: <c>checkpoint-keys.json</c> and <c>signed.json</c>. Processes of
/// one machine share it; every change is written aside, flushed and put in place.
/// </summary>
/// <param name="folder">Where they lie.</param>
/// <param name="time">The clock of validity.</param>
/// <param name="withEd25519">Whether an Ed25519 key signs too, for tools that know no other.</param>
public sealed class FileCheckpointSigner(string folder, TimeProvider time, bool withEd25519 = false) : ICheckpointSigner
{
    private const string KeysFile = "checkpoint-keys.json";
    private const string SignedFile = "signed.json";
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(10);

    private sealed record StoredKey(string PrivateKey, DateTimeOffset From, DateTimeOffset? To, string? Request, CheckpointKeyKind Kind = CheckpointKeyKind.Ecdsa);

    private sealed record StoredHead(int Incarnation, long Size, string Root);

    public async ValueTask<IReadOnlyList<byte[]>> ListKeysAsync(CancellationToken cancellationToken)
    {
        var keys = await ReadKeysAsync(cancellationToken);
        return [.. keys.Select(PublicKeyOf)];
    }

    public async ValueTask<byte[]> SignAsync(byte[] publicKey, byte[] text, CancellationToken cancellationToken)
    {
        foreach (var stored in await ReadKeysAsync(cancellationToken))
        {
            using var key = Import(stored);
            if (key.PublicKey.AsSpan().SequenceEqual(publicKey))
                return key.Sign(text);
        }
        throw new InvalidOperationException("That key does not sign any more.");
    }

    public async ValueTask<SignedHead?> ReadLastAsync(string log, CancellationToken cancellationToken)
    {
        var heads = await ReadAsync<Dictionary<string, StoredHead>>(SignedFile, cancellationToken);
        return heads?.GetValueOrDefault(log) is { } head && Hash.TryParse(head.Root, out var root) ? new SignedHead(head.Incarnation, head.Size, root) : null;
    }

    public async ValueTask RememberAsync(string log, SignedHead head, CancellationToken cancellationToken)
    {
        await using var locked = await LockAsync(cancellationToken);
        var heads = await ReadAsync<Dictionary<string, StoredHead>>(SignedFile, cancellationToken) ?? [];
        heads[log] = new StoredHead(head.Incarnation, head.Size, head.Root.ToString());
        await WriteAsync(SignedFile, heads, cancellationToken);
    }

    public async ValueTask<byte[]> ReplaceAsync(string request, TimeSpan overlap, CancellationToken cancellationToken)
    {
        await using var locked = await LockAsync(cancellationToken);
        var now = time.GetUtcNow();
        var keys = await ReadAsync<StoredKey[]>(KeysFile, cancellationToken) ?? [];
        if (keys.FirstOrDefault(key => key.Request == request && key.Kind == CheckpointKeyKind.Ecdsa) is { } known)
            return PublicKeyOf(known);
        var added = Kinds.Select(kind => NewKey(kind, now, request)).ToArray();
        var former = keys.Where(key => key.To is null || key.To > now).Select(key => key with { To = key.To ?? now + overlap });
        await WriteAsync<StoredKey[]>(KeysFile, [.. former, .. added], cancellationToken);
        return PublicKeyOf(added[0]);
    }

    private CheckpointKeyKind[] Kinds => withEd25519 ? [CheckpointKeyKind.Ecdsa, CheckpointKeyKind.Ed25519] : [CheckpointKeyKind.Ecdsa];

    /// <summary>The keys that sign now, one at least of each kind: what is missing is made.</summary>
    private async Task<IReadOnlyList<StoredKey>> ReadKeysAsync(CancellationToken cancellationToken)
    {
        var keys = await ReadAsync<StoredKey[]>(KeysFile, cancellationToken);
        if (Missing(keys).Length > 0)
        {
            await using var locked = await LockAsync(cancellationToken);
            keys = await ReadAsync<StoredKey[]>(KeysFile, cancellationToken) ?? [];
            var made = Missing(keys).Select(kind => NewKey(kind, time.GetUtcNow())).ToArray();
            if (made.Length > 0)
                await WriteAsync(KeysFile, keys = [.. keys, .. made], cancellationToken);
        }
        var now = time.GetUtcNow();
        return [.. keys!.Where(key => (key.To is null || key.To > now) && Kinds.Contains(key.Kind)).OrderBy(key => key.Kind)];
    }

    private CheckpointKeyKind[] Missing(StoredKey[]? keys) => [.. Kinds.Where(kind => keys is null || keys.All(key => key.Kind != kind))];

    private static StoredKey NewKey(CheckpointKeyKind kind, DateTimeOffset from, string? request = null)
    {
        using var key = CheckpointKey.Create(kind);
        return new StoredKey(Convert.ToBase64String(key.ExportPrivateKey()), from, null, request, kind);
    }

    private static CheckpointKey Import(StoredKey stored) => CheckpointKey.Import(stored.Kind, Convert.FromBase64String(stored.PrivateKey));

    private static byte[] PublicKeyOf(StoredKey stored)
    {
        using var key = Import(stored);
        return key.PublicKey;
    }

    private async Task<T?> ReadAsync<T>(string file, CancellationToken cancellationToken) where T : class
    {
        try
        {
            var bytes = await File.ReadAllBytesAsync(Path.Combine(folder, file), cancellationToken);
            return JsonSerializer.Deserialize<T>(bytes);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private async Task WriteAsync<T>(string file, T content, CancellationToken cancellationToken)
    {
        var (path, aside) = (Path.Combine(folder, file), Path.Combine(folder, $"{file}.{Guid.NewGuid():N}"));
        await using (var stream = new FileStream(aside, Options(FileMode.CreateNew)))
        {
            await JsonSerializer.SerializeAsync(stream, content, cancellationToken: cancellationToken);
            stream.Flush(flushToDisk: true);
        }
        File.Move(aside, path, overwrite: true);
    }

    private async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, OwnerFile | UnixFileMode.UserExecute);
        for (var waited = TimeSpan.Zero; ; waited += LockPause)
        {
            try
            {
                return new FileStream(Path.Combine(folder, "lock"), Options(FileMode.OpenOrCreate));
            }
            catch (IOException) when (waited < LockPatience)
            {
                await Task.Delay(LockPause, cancellationToken);
            }
        }
    }

    private static FileStreamOptions Options(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerFile;
        return options;
    }
}

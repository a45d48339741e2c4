using System.Security.Cryptography;
using System.Text.Json;
using Commission.Domain;

namespace Commission.Storage.Ledger.Log;

/// <summary>
/// Keys and memory in a folder that only its owner may read: <c>checkpoint-keys.json</c> and <c>signed.json</c>. Processes of
/// one machine share it; every change is written aside, flushed and put in place.
/// </summary>
public sealed class FileCheckpointSigner(string folder, TimeProvider time) : ICheckpointSigner
{
    private const string KeysFile = "checkpoint-keys.json";
    private const string SignedFile = "signed.json";
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(10);

    private sealed record StoredKey(string PrivateKey, DateTimeOffset From, DateTimeOffset? To, string? Request);

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
            if (key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(publicKey))
                return key.SignData(text, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
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
        if (keys.FirstOrDefault(key => key.Request == request) is { } known)
            return PublicKeyOf(known);
        var added = NewKey(now, request);
        var former = keys.Where(key => key.To is null || key.To > now).Select(key => key with { To = key.To ?? now + overlap });
        await WriteAsync<StoredKey[]>(KeysFile, [.. former, added], cancellationToken);
        return PublicKeyOf(added);
    }

    private async Task<IReadOnlyList<StoredKey>> ReadKeysAsync(CancellationToken cancellationToken)
    {
        var keys = await ReadAsync<StoredKey[]>(KeysFile, cancellationToken);
        if (keys is null)
        {
            await using var locked = await LockAsync(cancellationToken);
            keys = await ReadAsync<StoredKey[]>(KeysFile, cancellationToken);
            if (keys is null)
                await WriteAsync<StoredKey[]>(KeysFile, keys = [NewKey(time.GetUtcNow())], cancellationToken);
        }
        var now = time.GetUtcNow();
        return [.. keys.Where(key => key.To is null || key.To > now)];
    }

    private static StoredKey NewKey(DateTimeOffset from, string? request = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new StoredKey(Convert.ToBase64String(key.ExportPkcs8PrivateKey()), from, null, request);
    }

    private static ECDsa Import(StoredKey stored)
    {
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(Convert.FromBase64String(stored.PrivateKey), out _);
        return key;
    }

    private static byte[] PublicKeyOf(StoredKey stored)
    {
        using var key = Import(stored);
        return key.ExportSubjectPublicKeyInfo();
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

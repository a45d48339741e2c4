using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Commission.Domain;
using Commission.Domain.Ledger.Log;

namespace Commission.Cli.Ledger;

/// <summary>A witness with its key and what it remembers of each log, in a folder of its owner. One process at a time.</summary>
internal sealed class Witness : IDisposable
{
    private const string KeyFile = "witness-key.pem";
    private readonly DirectoryInfo _folder;
    private readonly IReadOnlyList<NoteKey> _logs;
    private readonly ECDsa _key;
    private readonly FileStream _lock;
    private readonly SemaphoreSlim _turn = new(1, 1);

    private sealed record Memory(string Origin, long Size, string Root, string Note);

    private Witness(DirectoryInfo folder, string name, IReadOnlyList<NoteKey> logs, ECDsa key, FileStream held)
    {
        (_folder, _logs, _key, _lock) = (folder, logs, key, held);
        Key = new NoteKey(name, key.ExportSubjectPublicKeyInfo());
    }

    /// <summary>What verifies its cosignatures.</summary>
    public NoteKey Key { get; }

    /// <exception cref="FormatException">The name cannot name a key.</exception>
    /// <exception cref="IOException">Another process is this witness.</exception>
    public static Witness Open(DirectoryInfo folder, string name, IReadOnlyList<NoteKey> logs)
    {
        if (!NoteKey.IsName(name))
            throw new FormatException($"'{name}' cannot name a witness: no spaces, no plus.");
        if (OperatingSystem.IsWindows())
            folder.Create();
        else
            Directory.CreateDirectory(folder.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var held = new FileStream(Path.Combine(folder.FullName, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var path = Path.Combine(folder.FullName, KeyFile);
        if (File.Exists(path))
            key.ImportFromPem(File.ReadAllText(path));
        else
            Write(path, key.ExportPkcs8PrivateKeyPem());
        return new Witness(folder, name, logs, key, held);
    }

    /// <summary>What it last cosigned of a log.</summary>
    public Witnessed Last(string origin)
    {
        var path = PathOf(origin);
        if (!File.Exists(path))
            return Witnessed.Nothing;
        var memory = JsonSerializer.Deserialize<Memory>(File.ReadAllText(path))!;
        return Hash.TryParse(memory.Root, out var root) ? new Witnessed(memory.Size, root) : throw new FormatException($"{path} is damaged.");
    }

    /// <summary>Answers a request as C2SP tlog-witness says. What it cosigns is remembered, durably, before the cosignature goes out.</summary>
    public async Task<(int Status, string Text)> AddAsync(AddCheckpoint request, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            var origin = request.Note.Text.Split('\n')[0];
            var answer = WitnessMachine.Decide(_logs, Last(origin), request);
            if (answer.Next is not { } next)
                return (answer.Status, answer.Text + "\n");
            Write(PathOf(origin), JsonSerializer.Serialize(new Memory(origin, next.Size, next.Root.ToString(), request.Note.ToString())));
            var signature = _key.SignData(Encoding.UTF8.GetBytes(request.Note.Text), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
            return (200, new NoteSignature(Key.Name, Key.KeyId, signature).ToString());
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _key.Dispose();
        _turn.Dispose();
        _lock.Dispose();
    }

    private string PathOf(string origin) =>
        Path.Combine(_folder.FullName, string.Create(CultureInfo.InvariantCulture, $"{Hash.Of(Encoding.UTF8.GetBytes(origin))}.json"));

    private static void Write(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(path + ".new", options))
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
            stream.Flush(flushToDisk: true);
        }
        File.Move(path + ".new", path, overwrite: true);
    }
}

/// <summary>The witness does not cosign what it was shown.</summary>
internal sealed class WitnessRefusedException(string message) : Exception(message);

/// <summary>Follows a log: reads its checkpoint and the proof that it goes on, cosigns, and brings the cosignature.</summary>
internal static class LogFollower
{
    /// <summary>What it did, in words; null when there was nothing new.</summary>
    public static async Task<string?> FollowAsync(HttpClient http, Witness witness, Uri log, CancellationToken cancellation)
    {
        var address = log.AbsoluteUri.TrimEnd('/');
        var note = Read(await http.GetByteArrayAsync(new Uri($"{address}/checkpoint"), cancellation));
        var (checkpoint, last) = (Checkpoint.Read(note.Text), witness.Last(note.Text.Split('\n')[0]));
        if (checkpoint.Size == last.Size && checkpoint.Root == last.Root)
            return null;
        var proof = last.Size == 0 || checkpoint.Size <= last.Size
            ? []
            : await ProofAsync(http, new Uri($"{address}/proof/consistency?first={last.Size}&second={checkpoint.Size}"), cancellation);
        var (status, text) = await witness.AddAsync(new AddCheckpoint(last.Size, proof, note), cancellation);
        if (status != 200)
            throw new WitnessRefusedException($"checkpoint {checkpoint.Size} after {last.Size} is not cosigned: {text.TrimEnd('\n')}");
        using var body = new StringContent($"{note.Text}\n{text}", Encoding.UTF8, "text/plain");
        using var brought = await http.PostAsync(new Uri($"{address}/cosignatures"), body, cancellation);
        return $"{checkpoint.Origin}: {checkpoint.Size} leaves cosigned{(brought.IsSuccessStatusCode ? "" : $", but the log answered {(int)brought.StatusCode}")}";
    }

    private static SignedNote Read(byte[] bytes)
    {
        try
        {
            return SignedNote.Read(bytes);
        }
        catch (FormatException mistake)
        {
            throw new WitnessRefusedException(mistake.Message);
        }
    }

    private static async Task<Hash[]> ProofAsync(HttpClient http, Uri url, CancellationToken cancellation)
    {
        var json = JsonElement.Parse(await http.GetByteArrayAsync(url, cancellation));
        return [.. json.GetProperty("hashes").EnumerateArray().Select(hash => Hash.TryParse(hash.GetString(), out var read)
            ? read
            : throw new WitnessRefusedException("The log's proof cannot be read."))];
    }
}

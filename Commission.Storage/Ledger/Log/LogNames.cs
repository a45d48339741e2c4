using Commission.Storage.Secrets;

namespace Commission.Storage.Ledger.Log;

/// <summary>What the logs are called; section <c>Commission</c> of the configuration.</summary>
public sealed class LogOptions
{
    /// <summary>Where the keys that sign checkpoints lie; <c>keys</c> in the data directory when absent.</summary>
    public string KeysDirectory { get; set; } = "./data/keys";

    /// <summary>The beginning of every log's origin, such as <c>commission.example.com</c>; made from the installation's id when absent.</summary>
    public string? LogName { get; set; }

    /// <summary>Whether an Ed25519 key signs checkpoints beside the ECDSA one.</summary>
    public bool Ed25519Checkpoints { get; set; }
}

/// <summary>The origins of the books' checkpoints: installation, book, incarnation. No two logs ever share one.</summary>
public sealed class LogNames(ClusterSecrets secrets, LogOptions options)
{
    private const string Secret = "installation";
    private const int IdBytes = 5;

    /// <summary>The origin of a book's checkpoints, which is the name of its keys too.</summary>
    public async ValueTask<string> OriginAsync(string book, int incarnation) => $"{await NameAsync()}/{book}/{incarnation}";

    /// <summary>The book's name in the signer's memory: of this installation, whatever it is called.</summary>
    public async ValueTask<string> MemoryAsync(string book) => $"{await InstallationAsync()}/{book}";

    /// <summary>What the origins of this installation begin with.</summary>
    public async ValueTask<string> NameAsync() => options.LogName ?? $"commission-{await InstallationAsync()}";

    private async ValueTask<string> InstallationAsync() => Convert.ToHexStringLower((await secrets.GetAsync(Secret)).AsSpan(0, IdBytes));
}

using System.Security.Cryptography;
using Commission.Domain.Deals;
using Commission.Domain.Members;
using Commission.Domain.Rules;

namespace Commission.Domain.Guarantees;

/// <summary>An approval as the administration book has it.</summary>
/// <param name="By">Who approved; "engine" for what shipped.</param>
/// <param name="Author">Who drafted it; "engine" for what shipped.</param>
/// <param name="At">When.</param>
public sealed record RecordedApproval(string By, string Author, DateTimeOffset At);

/// <summary>What the checks of deals know of the rest of the network, as it is stored.</summary>
public sealed class KnownFacts(string relyingParty) : IDisposable
{
    private const int MaxKeys = 20_000;
    private readonly Dictionary<KeyId, ECDsa> _keys = [];
    private readonly Dictionary<string, RuleSetDocument?> _documents = new(StringComparer.Ordinal);

    /// <summary>Contacts by id.</summary>
    public Dictionary<ContactId, MemberState> Contacts { get; } = [];

    /// <summary>Verticals by code.</summary>
    public Dictionary<string, RuleSetState> Verticals { get; } = new(StringComparer.Ordinal);

    /// <summary>When each executed agreement ended, or null, by reference.</summary>
    public Dictionary<string, DateTimeOffset?> Agreements { get; } = new(StringComparer.Ordinal);

    /// <summary>Approvals in the administration book, by the rule set's hash.</summary>
    public Dictionary<string, RecordedApproval> Approvals { get; } = new(StringComparer.Ordinal);

    /// <summary>The host that authenticators were registered for.</summary>
    public string RelyingParty => relyingParty;

    /// <summary>A version's document, if it is what its hash says.</summary>
    public RuleSetDocument? DocumentOf(string vertical, Hash hash)
    {
        var key = hash.ToString();
        if (_documents.TryGetValue(key, out var known))
            return known;
        var version = Verticals.GetValueOrDefault(vertical)?.Versions.FirstOrDefault(version => version.Hash == key);
        var document = version is null ? null : RuleSetReader.Read(System.Text.Encoding.UTF8.GetBytes(version.Document)).Document;
        return _documents[key] = document?.Hash == hash ? document : null;
    }

    /// <summary>A contact's registered key with its validity, or null.</summary>
    public SigningKey? KeyOf(ContactId owner, KeyId id) =>
        Contacts.GetValueOrDefault(owner)?.Keys.FirstOrDefault(key => key.Id == id) is { } key && Import(id, key.SubjectPublicKeyInfo) is { } imported
            ? new SigningKey(id, owner, key.ValidFrom, key.ValidTo, imported)
            : null;

    /// <summary>A key that a client brought: its id follows from owner and bytes.</summary>
    public SigningKey? BroughtKey(ContactId owner, KeyId id, byte[] subjectPublicKeyInfo) =>
        KeyId.Derive(owner, subjectPublicKeyInfo) == id && Import(id, subjectPublicKeyInfo) is { } imported
            ? new SigningKey(id, owner, DateTimeOffset.MinValue, null, imported)
            : null;

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var key in _keys.Values)
            key.Dispose();
        _keys.Clear();
    }

    /// <summary>Importing a key costs more than verifying with it. The same id may stand over other bytes after a change, so bytes decide.</summary>
    private ECDsa? Import(KeyId id, byte[] subjectPublicKeyInfo)
    {
        if (_keys.TryGetValue(id, out var known) && known.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(subjectPublicKeyInfo))
            return known;
        if (!MemberMachine.IsP256(subjectPublicKeyInfo))
            return null;
        if (_keys.Count >= MaxKeys)
            Dispose();
        var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(subjectPublicKeyInfo, out _);
        return _keys[id] = key;
    }
}

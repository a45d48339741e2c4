using System.Collections.Concurrent;
using System.Security.Cryptography;
using Commission.Domain;
using Commission.Domain.Deals;
using Commission.Domain.Members;
using Commission.Grains.Interfaces.Members;

namespace Commission.Grains.Members;

/// <summary>
/// Contacts and imported keys as this silo last saw them. A profile may be <see cref="MemberMachine.ProfileLifetime"/> old: a
/// decision that it would refuse is taken again on a fresh one, and the end of a key is given long enough before it that
/// every silo knows it by then.
/// </summary>
internal sealed class MemberDirectory(IGrainFactory grains, TimeProvider time)
{
    private const int MaxProfiles = 50_000;
    private const int MaxKeys = 20_000;

    private readonly ConcurrentDictionary<ContactId, (MemberProfile Profile, long At)> _profiles = new();
    private readonly ConcurrentDictionary<KeyId, ECDsa> _keys = new();

    /// <summary>A contact's profile, or null when there is none.</summary>
    public async ValueTask<MemberProfile?> FindAsync(ContactId id, bool fresh)
    {
        if (!fresh && _profiles.TryGetValue(id, out var known) && time.GetElapsedTime(known.At) < MemberMachine.ProfileLifetime)
            return known.Profile;

        // Its age counts from the question: the answer may have been on its way while the contact changed.
        var asked = time.GetTimestamp();
        var profile = await grains.GetGrain<IMemberGrain>(id.ToString()).GetProfile();
        if (time.GetElapsedTime(asked) >= MemberMachine.ProfileLifetime)
            throw new TimeoutException($"{id} answered too late to rest a decision on.");
        if (profile is null)
            return null;
        if (_profiles.Count >= MaxProfiles)
            _profiles.Clear();
        _profiles[id] = (profile, asked);
        return profile;
    }

    /// <summary>Forgets a contact that has changed, so that its own silo sees the change at once.</summary>
    public void Forget(ContactId id) => _profiles.TryRemove(id, out _);

    /// <summary>A contact's registered key, ready to verify; null when it is not registered.</summary>
    public async ValueTask<SigningKey?> FindKeyAsync(ContactId owner, KeyId id, bool fresh)
    {
        var profile = await FindAsync(owner, fresh);
        var key = profile?.Keys.FirstOrDefault(key => key.Id == id);
        return key is null ? null : new SigningKey(id, owner, key.ValidFrom, key.ValidTo, Import(id, key.SubjectPublicKeyInfo));
    }

    /// <summary>A key that a client's browser made: it counts for its deal only, whenever.</summary>
    public SigningKey? Embedded(ContactId owner, KeyId id, byte[] subjectPublicKeyInfo)
    {
        // The id is a hash of owner and bytes, so a key that is at hand under it is this very key: no second import.
        if (KeyId.Derive(owner, subjectPublicKeyInfo) != id || !MemberMachine.HasP256Form(subjectPublicKeyInfo))
            return null;
        try
        {
            return new SigningKey(id, owner, DateTimeOffset.MinValue, null, Import(id, subjectPublicKeyInfo));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Importing a key costs more than twice what verifying with it does, so imported keys are kept.</summary>
    private ECDsa Import(KeyId id, byte[] subjectPublicKeyInfo)
    {
        if (_keys.TryGetValue(id, out var known))
            return known;
        var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(subjectPublicKeyInfo, out _);
        }
        catch
        {
            key.Dispose();
            throw;
        }
        if (_keys.Count >= MaxKeys)
            _keys.Clear();
        return _keys.GetOrAdd(id, key);
    }
}

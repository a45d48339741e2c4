using System.Security.Cryptography;
using Commission.Domain;

namespace Commission.Crash.Tests.Load;

/// <summary>A contact with its key pair.</summary>
internal sealed class Person
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public Person(ContactId id, Hash commitment, ContactId? upline)
    {
        (Id, Commitment, Upline) = (id, commitment, upline);
        PublicKey = _key.ExportSubjectPublicKeyInfo();
        KeyId = KeyId.Derive(id, PublicKey);
    }

    public ContactId Id { get; }

    public Hash Commitment { get; }

    public ContactId? Upline { get; }

    public byte[] PublicKey { get; }

    public KeyId KeyId { get; }

    public byte[] Sign(byte[] bytes)
    {
        lock (_key)
            return _key.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }
}

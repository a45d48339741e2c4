using System.Security.Cryptography;
using Commission.Domain.Deals;
using Commission.Domain.Members;

namespace Commission.Domain.Tests.Deals;

/// <summary>A contact with a real key.</summary>
internal sealed record Person(ContactId Id, ContactType Type, ECDsa Key)
{
    public static readonly DateTimeOffset KeysFrom = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public byte[] PublicKey { get; } = Key.ExportSubjectPublicKeyInfo();

    public KeyId KeyId => KeyId.Derive(Id, PublicKey);

    public SigningKey SigningKey => new(KeyId, Id, KeysFrom, null, Key);

    public Hash Commitment => Hash.Of(Id.Value.ToByteArray());

    public Es256Signature Sign(byte[] payload) =>
        new(KeyId, Key.SignData(payload, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));

    public override string ToString() => Id.ToString();
}

/// <summary>Everybody who appears in the scenarios, with fixed ids.</summary>
internal static class People
{
    public static readonly Person Referrer = New(1, ContactType.Member);
    public static readonly Person Receiver = New(2, ContactType.Member);
    public static readonly Person Client = New(3, ContactType.Customer);
    public static readonly Person Upline = New(4, ContactType.Member);
    public static readonly Person Importer = New(5, ContactType.Internal);
    public static readonly Person Stranger = New(6, ContactType.Member);
    public static readonly Person Intruder = New(7, ContactType.Internal);

    public static IReadOnlyList<Person> All { get; } = [Referrer, Receiver, Client, Upline, Importer, Stranger, Intruder];

    public static Person Of(ContactId id) => All.Single(person => person.Id == id);

    private static Person New(int number, ContactType type) =>
        new(new ContactId(new Guid(number, 0, 0x7000, 0x80, 0, 0, 0, 0, 0, 0, 1)), type, ECDsa.Create(ECCurve.NamedCurves.nistP256));
}

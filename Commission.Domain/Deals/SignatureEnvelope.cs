using System.Globalization;

namespace Commission.Domain.Deals;

/// <summary>How a payload was signed. Its canonical bytes are hashed with the payload: docs/formats/handshake.md.</summary>
[GenerateSerializer, Immutable, Alias("SignatureEnvelope")]
public abstract record SignatureEnvelope
{
    /// <summary>RFC 8785 bytes of the envelope.</summary>
    public abstract byte[] ToCanonical();
}

/// <summary>ECDSA P-256 with SHA-256 over the payload bytes, 64 bytes r‖s (IEEE P1363), as WebCrypto gives it.</summary>
[GenerateSerializer, Immutable, Alias("Es256Signature")]
public sealed record Es256Signature(KeyId Key, byte[] Signature) : SignatureEnvelope
{
    /// <inheritdoc />
    public override byte[] ToCanonical() => new CanonicalObject()
        .Add("alg", "ES256").Add("key", Key.ToString()).Add("signature", Base64Url.Encode(Signature)).ToBytes();
}

/// <summary>A WebAuthn assertion whose challenge is the SHA-256 of the payload bytes (W3C WebAuthn level 2, section 7.2).</summary>
[GenerateSerializer, Immutable, Alias("WebAuthnSignature")]
public sealed record WebAuthnSignature(KeyId Key, byte[] AuthenticatorData, byte[] ClientDataJson, byte[] Signature)
    : SignatureEnvelope
{
    /// <inheritdoc />
    public override byte[] ToCanonical() => new CanonicalObject()
        .Add("alg", "WEBAUTHN-ES256")
        .Add("authenticatorData", Base64Url.Encode(AuthenticatorData))
        .Add("clientDataJSON", Base64Url.Encode(ClientDataJson))
        .Add("key", Key.ToString())
        .Add("signature", Base64Url.Encode(Signature))
        .ToBytes();
}

/// <summary>
/// A service's one signature over a bulk request, with the place of this line in it. The line itself stands in the
/// envelope, so that the handshake proves alone what was attested.
/// </summary>
[GenerateSerializer, Immutable, Alias("BulkSignature")]
public sealed record BulkSignature(BulkAttestation Attestation, int Index, Hash[] Path, byte[] Line)
    : SignatureEnvelope
{
    /// <inheritdoc />
    public override byte[] ToCanonical() => new CanonicalObject()
        .Add("alg", "ES256-BULK")
        .Add("index", Index)
        .Add("key", Attestation.Key.ToString())
        .Add("line", Base64Url.Encode(Line))
        .Add("lines", Attestation.Lines)
        .Add("path", Base64Url.Encode(PathBytes()))
        .Add("root", Attestation.Root.ToString())
        .Add("service", Attestation.Service.ToString())
        .Add("signature", Base64Url.Encode(Attestation.Signature))
        .Add("time", Attestation.TimeText)
        .ToBytes();

    private byte[] PathBytes()
    {
        var bytes = new byte[Path.Length * Hash.Size];
        for (var i = 0; i < Path.Length; i++)
            Path[i].CopyTo(bytes.AsSpan(i * Hash.Size));
        return bytes;
    }
}

/// <summary>A further handshake of a line whose first handshake carries the <see cref="BulkSignature"/>.</summary>
[GenerateSerializer, Immutable, Alias("BulkLineSignature")]
public sealed record BulkLineSignature(Hash Line) : SignatureEnvelope
{
    /// <inheritdoc />
    public override byte[] ToCanonical() => new CanonicalObject().Add("alg", "ES256-BULK-LINE").Add("line", Line.ToString()).ToBytes();
}

/// <summary>The engine's own act (expiry): nobody signed it, and it says so.</summary>
[GenerateSerializer, Immutable, Alias("EngineSignature")]
public sealed record EngineSignature : SignatureEnvelope
{
    /// <inheritdoc />
    public override byte[] ToCanonical() => new CanonicalObject().Add("alg", "none").Add("by", "engine").ToBytes();
}

/// <summary>What a service signs once for a bulk request.</summary>
/// <param name="Service">The service's contact.</param>
/// <param name="Key">Its key.</param>
/// <param name="Lines">Number of lines.</param>
/// <param name="Root">RFC 6962 root over the canonical bytes of the lines.</param>
/// <param name="Time">When it was signed (UTC, milliseconds).</param>
/// <param name="Signature">64 bytes r‖s over <see cref="SignedBytes"/>.</param>
[GenerateSerializer, Immutable, Alias("BulkAttestation")]
public sealed record BulkAttestation(ContactId Service, KeyId Key, int Lines, Hash Root, DateTimeOffset Time, byte[] Signature)
{
    internal string TimeText => Time.UtcDateTime.ToString(HandshakePayload.TimeFormat, CultureInfo.InvariantCulture);

    /// <summary>RFC 8785 bytes that the signature covers.</summary>
    public byte[] SignedBytes() => new CanonicalObject()
        .Add("key", Key.ToString())
        .Add("lines", Lines)
        .Add("root", Root.ToString())
        .Add("service", Service.ToString())
        .Add("time", TimeText)
        .Add("version", 1)
        .ToBytes();
}

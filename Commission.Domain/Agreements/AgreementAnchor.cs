using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Commission.Domain.Deals;

namespace Commission.Domain.Agreements;

/// <summary>The bytes that bind an execution: docs/formats/agreement.md.</summary>
public static class AgreementAnchor
{
    /// <summary>The name of a kind in bytes and views.</summary>
    public static string Name(this AgreementKind kind) => kind switch
    {
        AgreementKind.ClientReferral => "client_referral",
        AgreementKind.Introducer => "introducer",
        AgreementKind.Affiliate => "affiliate",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>The name of a method in bytes and views.</summary>
    public static string Name(this ExecutionMethod method) => method.ToString().ToLowerInvariant();

    /// <summary>What a party signs with its key: canonical JSON.</summary>
    public static byte[] Statement(string reference, AgreementKind kind, string schedule, DateTimeOffset time) => new CanonicalObject()
        .Add("agreement", reference)
        .Add("kind", kind.Name())
        .Add("scheduleHash", Hash.Of(Encoding.UTF8.GetBytes(schedule)).ToString())
        .Add("time", Text(time))
        .Add("version", 1)
        .ToBytes();

    /// <summary>SHA-256 over party, name, image, time, execution reference and the rest; each part with its length.</summary>
    public static Hash Of(AgreementState agreement)
    {
        var execution = agreement.Execution!;
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData("commission/agreement-anchor/v1\n"u8);
        Append(sha, Encoding.UTF8.GetBytes(agreement.Reference));
        Append(sha, Encoding.UTF8.GetBytes(agreement.Kind.Name()));
        Append(sha, Encoding.UTF8.GetBytes(agreement.Party?.ToString() ?? ""));
        Append(sha, agreement.PartyCommitment.ToArray());
        Append(sha, Encoding.UTF8.GetBytes(agreement.Schedule));
        Append(sha, Encoding.UTF8.GetBytes(execution.Method.Name()));
        Append(sha, Encoding.UTF8.GetBytes(Text(execution.Time)));
        Append(sha, Encoding.UTF8.GetBytes(execution.Reference));
        Append(sha, execution.PublicKey);
        Append(sha, execution.Signature);
        Append(sha, execution.Image);
        Append(sha, execution.DocumentHash?.ToArray() ?? []);
        Append(sha, execution.IpCommitment?.ToArray() ?? []);
        Append(sha, execution.UserAgentCommitment?.ToArray() ?? []);
        return new Hash(sha.GetHashAndReset());
    }

    /// <summary>The salted hash that stands for an address or a browser.</summary>
    public static Hash ContextCommitment(ReadOnlySpan<byte> salt, string value)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData("commission/execution-context/v1\n"u8);
        Append(sha, salt);
        Append(sha, Encoding.UTF8.GetBytes(value));
        return new Hash(sha.GetHashAndReset());
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString(HandshakePayload.TimeFormat, CultureInfo.InvariantCulture);

    private static void Append(IncrementalHash sha, ReadOnlySpan<byte> bytes)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
        sha.AppendData(length);
        sha.AppendData(bytes);
    }
}

using System.Security.Cryptography;
using System.Text;

namespace Commission.Domain.Deals;

/// <summary>Magic-link tokens, <c>mlt_…</c>: derived from a secret, so that none is stored and a repeated answer shows the same.</summary>
public static class ClientLinks
{
    private const string Prefix = "mlt";

    /// <summary>The token with which the client may take this step.</summary>
    /// <param name="secret">The system's link secret.</param>
    /// <param name="deal">The deal.</param>
    /// <param name="step">Acknowledgement or outcome.</param>
    public static string Token(ReadOnlySpan<byte> secret, DealId deal, HandshakeStep step)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"commission/link/v1\n{deal}\n{step.Name()}"), mac);
        return TypeId.Format(Prefix, new Guid(mac[..16], bigEndian: true));
    }

    /// <summary>Whether a presented token is the one, compared in constant time.</summary>
    public static bool Matches(ReadOnlySpan<byte> secret, DealId deal, HandshakeStep step, string presented) =>
        CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(Token(secret, deal, step)), Encoding.UTF8.GetBytes(presented));

    /// <summary>The step whose link a recorded step hands out, or none.</summary>
    public static HandshakeStep LinkAfter(HandshakeStep recorded) => recorded switch
    {
        HandshakeStep.Intent => HandshakeStep.Acknowledgement,
        HandshakeStep.Settlement => HandshakeStep.Outcome,
        _ => HandshakeStep.None,
    };
}

namespace Commission.Verifier;

/// <summary>What was wrong; its number is the exit code. docs/formats/pack.md lists them, and tools/verify_pack.py uses the same.</summary>
internal enum Failure
{
    /// <summary>Everything that was asked for is shown.</summary>
    None = 0,
    /// <summary>The file is no pack or no book: cut off, not canonical, too large, too deep.</summary>
    Unreadable = 1,
    /// <summary>The arguments cannot be used.</summary>
    Usage = 2,
    /// <summary>A checkpoint is not signed by the key.</summary>
    Signature = 3,
    /// <summary>A witness that was named did not cosign.</summary>
    Witness = 4,
    /// <summary>A leaf is not in the book that the checkpoint signs.</summary>
    Inclusion = 5,
    /// <summary>Leaves do not follow each other, or a balance is not what entries give.</summary>
    Link = 6,
    /// <summary>Handshakes are missing, out of order, or by the wrong person.</summary>
    Handshake = 7,
    /// <summary>A handshake is not signed by the key of who must sign.</summary>
    HandshakeSignature = 8,
    /// <summary>The rule set or its agreement is not the one, or was not approved.</summary>
    Authority = 9,
    /// <summary>The rules and facts do not give these entries.</summary>
    Calculation = 10,
    /// <summary>What the pack says to people is not what its leaves say.</summary>
    Statement = 11,
    /// <summary>The book does not go on from the older checkpoint.</summary>
    Consistency = 12,
    /// <summary>Something that must be there is missing.</summary>
    Completeness = 13,
}

/// <summary>Leaves the verification at the first thing that is wrong; never crosses <see cref="Program"/>.</summary>
internal sealed class VerificationException(Failure failure, string text) : Exception(text)
{
    public Failure Failure { get; } = failure;
}

/// <summary>What came out.</summary>
/// <param name="Shown">What is shown, a sentence each.</param>
/// <param name="NotShown">What is not, a sentence each: nobody should believe more than was shown.</param>
internal sealed record Findings(List<string> Shown, List<string> NotShown)
{
    public static void Require(bool holds, Failure failure, string text)
    {
        if (!holds)
            throw new VerificationException(failure, text);
    }
}

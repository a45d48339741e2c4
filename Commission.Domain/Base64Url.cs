using System.Buffers;

namespace Commission.Domain;

/// <summary>RFC 4648 section 5 without padding: how bytes stand in JSON.</summary>
public static class Base64Url
{
    /// <summary>Writes bytes.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);

    /// <summary>Reads bytes; false for padding, white space, foreign characters or stray last bits.</summary>
    public static bool TryDecode(string? text, int maxBytes, out byte[] bytes)
    {
        bytes = [];
        if (text is null || text.Length > System.Buffers.Text.Base64Url.GetEncodedLength(maxBytes)
            || text.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')))
            return false;
        var buffer = new byte[text.Length];
        if (System.Buffers.Text.Base64Url.DecodeFromChars(text, buffer, out _, out var written) != OperationStatus.Done)
            return false;
        bytes = buffer[..written];
        return Encode(bytes) == text;
    }
}

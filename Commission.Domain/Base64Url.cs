namespace Commission.Domain;

/// <summary>RFC 4648 section 5 without padding: how bytes stand in JSON.</summary>
public static class Base64Url
{
    /// <summary>Writes bytes.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);

    /// <summary>Reads bytes; false for padding, white space or foreign characters.</summary>
    public static bool TryDecode(string? text, int maxBytes, out byte[] bytes)
    {
        bytes = [];
        if (text is null || text.Length > System.Buffers.Text.Base64Url.GetEncodedLength(maxBytes)
            || text.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')) || text.Length % 4 == 1)
            return false;
        bytes = System.Buffers.Text.Base64Url.DecodeFromChars(text);
        return Encode(bytes) == text;
    }
}

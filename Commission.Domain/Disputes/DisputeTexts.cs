using System.Text;

namespace Commission.Domain.Disputes;

/// <summary>What is said in disputes: events and books have its hash, never the words.</summary>
public static class DisputeTexts
{
    /// <summary>SHA-256 of the text's UTF-8.</summary>
    public static Hash HashOf(string text) => Hash.Of(Encoding.UTF8.GetBytes(text));
}

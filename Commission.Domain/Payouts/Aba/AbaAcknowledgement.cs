using System.Xml;

namespace Commission.Domain.Payouts.Aba;

/// <summary>What a bank says of a file that it was sent.</summary>
[GenerateSerializer]
public enum AbaFileStatus
{
    /// <summary>It has the file, and has not decided.</summary>
    Pending = 1,
    /// <summary>It took the file.</summary>
    Accepted = 2,
    /// <summary>It processed the payments; returns may still come.</summary>
    Processed = 3,
    /// <summary>It took none of the payments.</summary>
    Rejected = 4,
}

/// <summary>Something that a bank found in a file.</summary>
/// <param name="Code">Its code for it.</param>
/// <param name="Item">Which record, where it says so.</param>
/// <param name="Text">What it says.</param>
public sealed record AbaIssue(string Code, string? Item, string Text);

/// <summary>An acknowledgement report.</summary>
/// <param name="Status">What became of the file.</param>
/// <param name="FileName">The file's name as it was sent.</param>
/// <param name="MessageId">The bank's id of it.</param>
/// <param name="Message">What the bank says in one sentence, or empty.</param>
/// <param name="Issues">What it found, in order.</param>
public sealed record AbaAcknowledgement(AbaFileStatus Status, string FileName, string MessageId, string Message, IReadOnlyList<AbaIssue> Issues);

/// <summary>
/// Reads the XML acknowledgements of NAB Direct Link (MessageAcknowledgement and PaymentsAcknowledgement), the one report of this kind
/// whose form is public. Element names count, their order and further elements do not. It never throws for what it is given.
/// </summary>
public static class AbaAcknowledgementReader
{
    /// <summary>Bytes of a report at most.</summary>
    public const int MaxBytes = 1 << 20;

    private const int MaxDepth = 16;
    private const int MaxIssues = 10_000;

    private static readonly (string Word, AbaFileStatus Status)[] Words =
    [
        ("REJECTED", AbaFileStatus.Rejected), ("DECLINED", AbaFileStatus.Rejected), ("ERROR", AbaFileStatus.Rejected),
        ("PENDING", AbaFileStatus.Pending), ("HELD", AbaFileStatus.Pending), ("WARN", AbaFileStatus.Pending), ("RECEIVED", AbaFileStatus.Pending),
        ("PROCESSED", AbaFileStatus.Processed), ("SUCCESS", AbaFileStatus.Accepted), ("ACCEPTED", AbaFileStatus.Accepted), ("INFO", AbaFileStatus.Pending),
    ];

    /// <summary>The report, or what is wrong with it.</summary>
    public static (AbaAcknowledgement? Report, Refusal? Refusal) Read(byte[] bytes)
    {
        if (bytes.Length is 0 or > MaxBytes)
            return (null, StrictNode.Wrong("report", $"1 to {MaxBytes} bytes", $"{bytes.Length}"));
        try
        {
            using var stream = new MemoryStream(bytes, writable: false);
            using var reader = XmlReader.Create(stream, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            return Report(reader);
        }
        catch (XmlException error)
        {
            return (null, StrictNode.Wrong("report", "well-formed XML without a document type", error.Message));
        }
    }

    /// <summary>Takes elements one by one: a tree of a report that nests without end would end the process.</summary>
    private static (AbaAcknowledgement? Report, Refusal? Refusal) Report(XmlReader reader)
    {
        var (root, type, element) = ("", "", "");
        var (texts, issues) = (new Dictionary<string, string>(StringComparer.Ordinal), new List<AbaIssue>());
        while (reader.Read())
        {
            if (reader.Depth > MaxDepth || issues.Count > MaxIssues)
                return (null, StrictNode.Wrong("report", $"at most {MaxDepth} levels and {MaxIssues} issues", "more"));
            if (reader.NodeType == XmlNodeType.Element)
            {
                element = reader.Name;
                if (root.Length == 0)
                    (root, type) = (element, reader.GetAttribute("type") ?? "");
                else if (element == "Issue")
                    issues.Add(new AbaIssue(reader.GetAttribute("type") ?? "", reader.GetAttribute("itemId"), ""));
            }
            else if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA && element == "Issue")
                issues[^1] = issues[^1] with { Text = reader.Value.Trim() };
            else if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA)
                texts.TryAdd(element, reader.Value.Trim());
        }
        return Report(root, type, texts, issues);
    }

    private static (AbaAcknowledgement? Report, Refusal? Refusal) Report(
        string root, string type, Dictionary<string, string> texts, IReadOnlyList<AbaIssue> issues)
    {
        if (root is not ("MessageAcknowledgement" or "PaymentsAcknowledgement"))
            return (null, StrictNode.Wrong("report", "MessageAcknowledgement or PaymentsAcknowledgement", root));
        var message = texts.GetValueOrDefault("UserMessage", "");
        var named = $"{message} {type}".ToUpperInvariant();
        var status = Words.FirstOrDefault(word => named.Contains(word.Word, StringComparison.Ordinal)).Status;
        if (status == default)
            return (null, StrictNode.Wrong("report.UserMessage", "a word such as ACCEPTED, PROCESSED or REJECTED", $"\"{message}\""));
        return texts.TryGetValue("OriginalFilename", out var name)
            ? (new AbaAcknowledgement(status, name, texts.GetValueOrDefault("OriginalMessageId", ""), message, issues), null)
            : (null, StrictNode.Wrong("report.OriginalFilename", "the name of the file", "nothing"));
    }
}

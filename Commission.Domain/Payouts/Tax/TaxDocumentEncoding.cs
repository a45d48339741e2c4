using System.Globalization;
using Commission.Domain.Rules;

namespace Commission.Domain.Payouts.Tax;

/// <summary>The canonical bytes of a paper: written once when it is issued, and read whenever it is shown again.</summary>
public static class TaxDocumentEncoding
{
    private const string DateFormat = "yyyy-MM-dd";

    /// <summary>Canonical JSON, version 1; its SHA-256 is the paper's hash.</summary>
    public static byte[] ToCanonical(this TaxDocument document) => new CanonicalObject()
        .Add("agreement", document.Agreement)
        .Add("cancels", document.Cancels)
        .Add("currency", document.Currency)
        .Add("issuedOn", Text(document.IssuedOn))
        .Add("kind", Name(document.Kind))
        .Add("lines", [.. document.Lines.Select(Line)])
        .Add("number", document.Number)
        .Add("payout", document.Payout)
        .Add("reason", document.Reason)
        .Add("recipient", Party(document.Recipient))
        .Add("supplier", Party(document.Supplier))
        .Add("version", 1)
        .Add("withheldMinor", document.WithheldMinor)
        .ToBytes();

    /// <summary>Reads the canonical bytes strictly; a refusal names the path.</summary>
    public static (TaxDocument? Document, Refusal? Refusal) Read(byte[] bytes)
    {
        try
        {
            using var parsed = CanonicalJson.Parse(bytes);
            var document = Document(new StrictNode(parsed.RootElement, "$"));
            return document.ToCanonical().AsSpan().SequenceEqual(bytes)
                ? (document, null)
                : (null, StrictNode.Wrong("$", "canonical JSON of a tax paper", "other bytes"));
        }
        catch (StrictJsonException error)
        {
            return (null, error.Refusal);
        }
        catch (FormatException error)
        {
            return (null, new Refusal(RefusalCodes.InvalidField, error.Message, "$"));
        }
    }

    private static TaxDocument Document(StrictNode node)
    {
        node.Allow(
            "agreement", "cancels", "currency", "issuedOn", "kind", "lines", "number", "payout", "reason", "recipient", "supplier", "version", "withheldMinor");
        node.Integer("version", 1, 1);
        return new TaxDocument(
            Kind(node.Get("kind")), node.Integer("number", 1, CanonicalJson.MaxInteger), node.Date("issuedOn"), Party(node.Get("supplier")),
            Party(node.Get("recipient")), node.OptionalText("agreement"), node.Text("payout"), node.Text("currency"),
            [.. node.Get("lines").Items().Select(Line)], Minor(node, "withheldMinor"), node.OptionalText("cancels"), node.OptionalText("reason"));
    }

    private static CanonicalObject Party(TaxParty party) => new CanonicalObject()
        .Add("abn", party.Abn?.Digits).Add("gstRegistered", party.IsGstRegistered ? 1 : 0).Add("name", party.Name);

    private static TaxParty Party(StrictNode node)
    {
        node.Allow("abn", "gstRegistered", "name");
        Abn? abn = node.OptionalText("abn") is not { } text ? null
            : Abn.TryParse(text, out var parsed) ? parsed
            : throw StrictNode.Mistake($"{node.Path}.abn", "an ABN of eleven digits", text);
        return new TaxParty(node.Text("name"), abn, node.Integer("gstRegistered", 0, 1) == 1);
    }

    private static CanonicalObject Line(TaxDocumentLine line) => new CanonicalObject()
        .Add("amountMinor", line.Line.AmountMinor).Add("corrects", line.Line.Corrects).Add("description", line.Line.Description)
        .Add("entry", line.Line.Entry.ToString()).Add("gst", line.Line.Treatment.ToString().ToLowerInvariant()).Add("gstMinor", line.GstMinor)
        .Add("on", Text(line.Line.On)).Add("valueMinor", line.ValueMinor);

    private static TaxDocumentLine Line(StrictNode node)
    {
        node.Allow("amountMinor", "corrects", "description", "entry", "gst", "gstMinor", "on", "valueMinor");
        var treatment = node.Text("gst") switch
        {
            "exclusive" => GstTreatment.Exclusive,
            "inclusive" => GstTreatment.Inclusive,
            "none" => GstTreatment.None,
            var other => throw StrictNode.Mistake($"{node.Path}.gst", "exclusive, inclusive or none", other),
        };
        var line = new TaxLine(
            node.Date("on"), node.Text("description"), node.Hash("entry"), Minor(node, "amountMinor"), treatment, node.OptionalText("corrects"));
        return new TaxDocumentLine(line, Minor(node, "valueMinor"), Minor(node, "gstMinor"));
    }

    private static long Minor(StrictNode node, string name) => node.Integer(name, -CanonicalJson.MaxInteger, CanonicalJson.MaxInteger);

    /// <summary>The word that stands for a kind.</summary>
    public static string Name(TaxDocumentKind kind) => kind switch
    {
        TaxDocumentKind.Rcti => "rcti",
        TaxDocumentKind.AdjustmentNote => "adjustment-note",
        TaxDocumentKind.Statement => "statement",
        TaxDocumentKind.Cancellation => "cancellation",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static TaxDocumentKind Kind(StrictNode node) => node.AsText() switch
    {
        "rcti" => TaxDocumentKind.Rcti,
        "adjustment-note" => TaxDocumentKind.AdjustmentNote,
        "statement" => TaxDocumentKind.Statement,
        "cancellation" => TaxDocumentKind.Cancellation,
        var other => throw StrictNode.Mistake(node.Path, "rcti, adjustment-note, statement or cancellation", other),
    };

    private static string Text(DateOnly date) => date.ToString(DateFormat, CultureInfo.InvariantCulture);
}

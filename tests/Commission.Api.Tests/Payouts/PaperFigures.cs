using System.Text.Json;
using Commission.Domain.Payouts.Tax;

namespace Commission.Api.Tests.Payouts;

/// <summary>What lists say of papers, and papers of what they adjust.</summary>
internal static class PaperFigures
{
    public static string Number(JsonElement document) => document.GetProperty("number").GetString()!;

    public static long Minor(JsonElement document, string name) => document.GetProperty($"{name}Minor").GetInt64();

    /// <summary>Kind, value and GST of a payee's papers.</summary>
    public static IEnumerable<(string, long, long)> Figures(IEnumerable<JsonElement> documents, Person payee) => Of(documents, payee)
        .Select(document => (Number(document).Split('-')[0], Minor(document, "value"), Minor(document, "gst"))).OrderBy(figure => figure.Item1, StringComparer.Ordinal);

    /// <summary>The papers that a payee's only adjustment note names, one for each of its lines.</summary>
    public static async Task<IEnumerable<string?>> AdjustedAsync(this PayoutScenario scenario, IEnumerable<JsonElement> documents, Person payee)
    {
        var note = Of(documents, payee).Single(document => Number(document).StartsWith("ADJ", StringComparison.Ordinal));
        var bytes = (await scenario.Network.GetAsync($"/api/v1/documents/{Number(note)}", scenario.Network.Admin)).Is(200).Bytes;
        return TaxDocumentEncoding.Read(bytes).Document!.Lines.Select(line => line.Line.Corrects);
    }

    private static IEnumerable<JsonElement> Of(IEnumerable<JsonElement> documents, Person payee) =>
        documents.Where(document => document.GetProperty("payee").GetString() == payee.ToString());
}

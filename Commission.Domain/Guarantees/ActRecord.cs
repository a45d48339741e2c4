using System.Text.Json;
using Commission.Domain.Ledger;

namespace Commission.Domain.Guarantees;

/// <summary>An act of the administration book, as its payload says it.</summary>
/// <param name="Act">What was done.</param>
/// <param name="Actor">By whom; "engine" for the engine's own.</param>
/// <param name="Payload">All that it says.</param>
public sealed record ActRecord(AdministrativeAct Act, string Actor, JsonElement Payload)
{
    /// <summary>A member of the payload as text; null when it is not there or no text.</summary>
    public string? Text(string name) =>
        Payload.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>Reads a leaf's payload; null when it cannot be read.</summary>
    public static ActRecord? Read(ActDraft act)
    {
        try
        {
            using var json = CanonicalJson.Parse(act.Payload);
            return json.RootElement.TryGetProperty("actor", out var actor) && actor.ValueKind == JsonValueKind.String
                ? new ActRecord(act.Act, actor.GetString()!, json.RootElement.Clone())
                : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}

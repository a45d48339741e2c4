using System.Text.Json;

namespace Commission.Cli.Deals.Mappings;

/// <summary>A value of the mapping together with its JSON path, so that every complaint can say where.</summary>
internal readonly record struct MappingValue(JsonElement Json, string Path)
{
    public string Text() => Json.ValueKind == JsonValueKind.String
        ? Json.GetString()!
        : throw Wrong("a string");

    public bool Flag() => Json.ValueKind is JsonValueKind.True or JsonValueKind.False ? Json.GetBoolean() : throw Wrong("true or false");

    public int Whole(int least, int most) =>
        Json.ValueKind == JsonValueKind.Number && Json.TryGetInt32(out var number) && number >= least && number <= most
            ? number
            : throw Wrong($"a whole number from {least} to {most}");

    public char Character() => Text() is [var only] ? only : throw Wrong("a single character");

    public List<MappingValue> List()
    {
        if (Json.ValueKind != JsonValueKind.Array)
            throw Wrong("a list");
        var path = Path;
        return [.. Json.EnumerateArray().Select((item, i) => new MappingValue(item, $"{path}[{i}]"))];
    }

    public Dictionary<string, MappingValue> Members()
    {
        if (Json.ValueKind != JsonValueKind.Object)
            throw Wrong("an object");
        var path = Path;
        return Json.EnumerateObject().ToDictionary(
            member => member.Name, member => new MappingValue(member.Value, $"{path}.{member.Name}"), StringComparer.Ordinal);
    }

    public MappingException Wrong(string expected) => new(Path, $"expected {expected}, found {Found()}");

    private string Found() => Json.ValueKind switch
    {
        JsonValueKind.String => $"'{Json.GetString()}'",
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        _ => Json.GetRawText(),
    };
}

/// <summary>An object of the mapping whose members are taken one by one; <see cref="Done"/> refuses what nobody asked for.</summary>
internal sealed class MappingObject
{
    private readonly Dictionary<string, MappingValue> _members;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    public MappingObject(MappingValue value)
    {
        Path = value.Path;
        _members = value.Members();
    }

    public string Path { get; }

    public MappingValue? Optional(string name)
    {
        _known.Add(name);
        return _members.TryGetValue(name, out var value) && value.Json.ValueKind != JsonValueKind.Null ? value : null;
    }

    public MappingValue Required(string name) => Optional(name) ?? throw new MappingException($"{Path}.{name}", "is required");

    public void Done()
    {
        var unknown = _members.Keys.Where(name => !_known.Contains(name)).ToList();
        if (unknown.Count > 0)
        {
            var known = string.Join(", ", _known);
            throw new MappingException([.. unknown.Select(name => $"{Path}.{name}: unknown property; known here: {known}")]);
        }
    }
}

using System.Text.Json;
using System.Text.RegularExpressions;

namespace Commission.Domain.Tests.Rules;

/// <summary>As much of JSON Schema 2020-12 as the published schema uses; a keyword it does not know fails the test.</summary>
internal sealed class JsonSchemaCheck(JsonElement root)
{
    public bool Accepts(JsonElement value) => Accepts(root, value);

    private bool Accepts(JsonElement schema, JsonElement value) => schema.EnumerateObject().All(keyword => Holds(keyword, schema, value));

    private bool Holds(JsonProperty keyword, JsonElement schema, JsonElement value)
    {
        var kind = value.ValueKind;
        var (isObject, isArray, isText) = (kind == JsonValueKind.Object, kind == JsonValueKind.Array, kind == JsonValueKind.String);
        var argument = keyword.Value;
        return keyword.Name switch
        {
            "$schema" or "title" or "description" or "$defs" => true,
            "$ref" => Accepts(root.GetProperty("$defs").GetProperty(argument.GetString()!["#/$defs/".Length..]), value),
            "type" => IsOfType(argument.GetString()!, value),
            "const" => JsonElement.DeepEquals(argument, value),
            "enum" => argument.EnumerateArray().Any(allowed => JsonElement.DeepEquals(allowed, value)),
            "oneOf" => argument.EnumerateArray().Count(choice => Accepts(choice, value)) == 1,
            "pattern" => !isText || Regex.IsMatch(value.GetString()!, argument.GetString()!),
            "minLength" => !isText || value.GetString()!.Length >= argument.GetInt32(),
            "maxLength" => !isText || value.GetString()!.Length <= argument.GetInt32(),
            "minimum" => value.ValueKind != JsonValueKind.Number || value.GetInt64() >= argument.GetInt64(),
            "maximum" => value.ValueKind != JsonValueKind.Number || value.GetInt64() <= argument.GetInt64(),
            "minItems" => !isArray || value.GetArrayLength() >= argument.GetInt32(),
            "maxItems" => !isArray || value.GetArrayLength() <= argument.GetInt32(),
            "items" => !isArray || value.EnumerateArray().All(item => Accepts(argument, item)),
            "required" => !isObject || argument.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _)),
            "minProperties" => !isObject || value.EnumerateObject().Count() >= argument.GetInt32(),
            "maxProperties" => !isObject || value.EnumerateObject().Count() <= argument.GetInt32(),
            "propertyNames" => !isObject || value.EnumerateObject().All(member => Accepts(argument, JsonSerializer.SerializeToElement(member.Name))),
            "properties" => !isObject || argument.EnumerateObject().All(member => !value.TryGetProperty(member.Name, out var found) || Accepts(member.Value, found)),
            "additionalProperties" => !isObject || value.EnumerateObject().All(member => IsNamed(schema, member.Name) || IsAllowed(argument, member.Value)),
            _ => throw new NotSupportedException(keyword.Name),
        };
    }

    private bool IsAllowed(JsonElement additional, JsonElement value) => additional.ValueKind != JsonValueKind.False && Accepts(additional, value);

    private static bool IsNamed(JsonElement schema, string name) => schema.TryGetProperty("properties", out var named) && named.TryGetProperty(name, out _);

    private static bool IsOfType(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        _ => throw new NotSupportedException(type),
    };
}

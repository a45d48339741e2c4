using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Primitives;

namespace Commission.StripeStandIn;

/// <summary>Form-encoded parameters, <c>controller[fees][payer]=application</c>, as a tree.</summary>
internal sealed class Form
{
    public const long LargestAmount = 999_999_999_999;
    private static readonly string[] Currencies = ["aud", "cad", "eur", "gbp", "jpy", "nzd", "sgd", "usd"];
    private readonly JsonObject _root = [];

    public Form(IEnumerable<KeyValuePair<string, StringValues>> pairs)
    {
        foreach (var (name, values) in pairs)
        {
            foreach (var value in values)
                Add(name, value ?? "");
        }
    }

    /// <summary>Names nothing else than these; Stripe refuses what it does not know.</summary>
    public void Allow(params ReadOnlySpan<string> names)
    {
        foreach (var (name, _) in _root)
        {
            if (name != "expand" && !names.Contains(name))
                throw StripeError.Invalid(name, $"Received unknown parameter: {name}", "parameter_unknown");
        }
    }

    public string? Text(params ReadOnlySpan<string> path)
    {
        JsonNode? node = _root;
        foreach (var name in path)
            node = (node as JsonObject)?[name];
        return node is JsonValue value && value.GetValue<string>() is { Length: > 0 } text ? text : null;
    }

    public string Required(string name) => Text(name) ?? throw StripeError.Missing(name);

    public JsonObject Object(string name) => (_root[name] as JsonObject)?.DeepClone().AsObject() ?? [];

    public bool Has(string name) => _root.ContainsKey(name);

    public string Choice(string param, string? text, params ReadOnlySpan<string> allowed)
    {
        if (text is null)
            return allowed[0];
        return allowed.Contains(text)
            ? text
            : throw StripeError.Invalid(param, $"Invalid {param}: must be one of {string.Join(", ", allowed.ToArray())}");
    }

    public long Amount(string name) => OptionalAmount(name) ?? throw StripeError.Missing(name);

    public long? OptionalAmount(string name)
    {
        if (Text(name) is not { } text)
            return null;
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var amount))
            throw StripeError.Invalid(name, $"Invalid integer: {text}", "parameter_invalid_integer");
        if (amount < 1)
            throw StripeError.Invalid(name, "This value must be greater than or equal to 1.", "parameter_invalid_integer");
        return amount <= LargestAmount
            ? amount
            : throw StripeError.Invalid(name, $"Amount must be no more than {LargestAmount}", "amount_too_large");
    }

    public string Currency(string name)
    {
        var currency = Required(name).ToLowerInvariant();
        return Currencies.Contains(currency)
            ? currency
            : throw StripeError.Invalid(name, $"Invalid currency: {currency}. Stripe currently supports these currencies: {string.Join(", ", Currencies)}");
    }

    /// <summary>The parameters in one order, whatever order they came in: what an idempotency key is bound to.</summary>
    public string Fingerprint() => Sorted(_root).ToJsonString();

    private static JsonNode Sorted(JsonNode node) => node is JsonObject tree
        ? new JsonObject(tree.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)Sorted(pair.Value!))))
        : node.DeepClone();

    private void Add(string name, string value)
    {
        var path = name.Replace("]", "", StringComparison.Ordinal).Split('[');
        var tree = _root;
        foreach (var part in path[..^1])
        {
            if (tree[part] is not JsonObject next)
                tree[part] = next = [];
            tree = next;
        }
        var last = path[^1].Length == 0 ? tree.Count.ToString(CultureInfo.InvariantCulture) : path[^1];
        tree[last] = value;
    }
}

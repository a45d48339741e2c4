using System.Collections.Frozen;

namespace Commission.Domain.Amounts;

/// <summary>An ISO 4217 currency that the engine accepts, with the number of decimals of its minor unit.</summary>
[GenerateSerializer, Immutable, Alias("Currency")]
public readonly record struct Currency([property: Id(0)] string Code)
{
    private static readonly FrozenDictionary<string, (string Code, int Decimals)> Known = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["AUD"] = 2,
        ["NZD"] = 2,
        ["USD"] = 2,
        ["GBP"] = 2,
        ["EUR"] = 2,
        ["SGD"] = 2,
        ["CAD"] = 2,
        ["JPY"] = 0,
    }.ToFrozenDictionary(known => known.Key, known => (known.Key, known.Value), StringComparer.Ordinal);

    /// <summary>The Australian dollar.</summary>
    public static Currency Aud => new("AUD");

    /// <summary>Decimals of the minor unit: 2 for cents, 0 for yen and for the default value, which is no currency.</summary>
    public int Decimals => Code is null ? 0 : Known[Code].Decimals;

    /// <summary>Reads a code; false for a currency that the engine does not know.</summary>
    public static bool TryParse(string? code, out Currency currency)
    {
        currency = code is not null && Known.TryGetValue(code, out var known) ? new Currency(known.Code) : default;
        return currency.Code is not null;
    }

    /// <inheritdoc />
    public override string ToString() => Code ?? "";
}

using System.Globalization;
using System.Text;
using System.Text.Json;
using Commission.Domain.Amounts;

namespace Commission.Domain.Rules.Wording;

/// <summary>An explanation as text. It is made from the explained bytes alone, so that it can be read without the rules.</summary>
public static class ExplanationText
{
    /// <summary>A few lines for each step.</summary>
    public static string Of(ReadOnlyMemory<byte> explanation)
    {
        using var json = JsonDocument.Parse(explanation);
        var root = json.RootElement;
        var decimals = Currency.TryParse(root.GetProperty("currency").GetString(), out var currency) ? currency.Decimals : 2;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{root.GetProperty("product").GetString()}, {root.GetProperty("kind").GetString()}, in {currency}\n");
        text.Append(CultureInfo.InvariantCulture, $"Rules {root.GetProperty("ruleHash").GetString()}\nFacts {root.GetProperty("factsHash").GetString()}\n");
        text.Append(CultureInfo.InvariantCulture, $"Agreement: {root.GetProperty("governingAgreement").GetString()}\n");
        foreach (var step in root.GetProperty("steps").EnumerateArray())
            Append(text, step, decimals);
        return text.ToString();
    }

    private static void Append(StringBuilder text, JsonElement step, int decimals)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n{step.GetProperty("component").GetString()}: {step.GetProperty("clause").GetString()}\n");
        foreach (var member in step.EnumerateObject())
        {
            if (member.Name is "component" or "clause" or "split" or "poolMinor" or "rounding")
                continue;
            text.Append(CultureInfo.InvariantCulture, $"    {member.Name}: {member.Value.GetRawText().Trim('"')}\n");
        }
        text.Append(CultureInfo.InvariantCulture, $"    pool {Money.Decimal(step.GetProperty("poolMinor").GetInt64(), decimals)} (rounded {step.GetProperty("rounding").GetString()})\n");
        foreach (var share in step.GetProperty("split").EnumerateArray())
        {
            var payee = share.TryGetProperty("payee", out var contact) ? " " + contact.GetString() : "";
            text.Append(CultureInfo.InvariantCulture,
                $"    {Money.Decimal(share.GetProperty("amountMinor").GetInt64(), decimals),14}  {share.GetProperty("party").GetString()}{payee} (weight {share.GetProperty("weight").GetInt64()})\n");
        }
    }
}

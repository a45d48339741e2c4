using System.Globalization;
using System.Text.Json;

namespace Commission.EndToEnd.Tests;

/// <summary>
/// The CRM file's commissions computed without the engine: rows split by hand, decimal arithmetic, the split by comparing
/// exact fractions. Only the rates are read from the sample's rule sets.
/// </summary>
internal static class IndependentRecomputation
{
    /// <summary>What each party is owed, in cents, by the party's name; "platform" is the fee.</summary>
    public static Dictionary<string, long> Owed(string crmFolder, string rulesFolder)
    {
        var managers = Column(Path.Combine(crmFolder, "sales_teams.csv"), key: 0, value: 1);
        var owed = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var row in File.ReadLines(Path.Combine(crmFolder, "sales_pipeline.csv")).Skip(1).Select(line => line.Split(',')))
        {
            if (row[4] != "Won")
                continue;
            var product = row[2] == "GTXPro" ? "GTX_PRO" : row[2].Replace(' ', '_').ToUpperInvariant();
            var cents = long.Parse(row[7], CultureInfo.InvariantCulture) * 100;
            foreach (var component in Components(rulesFolder, product))
                Add(owed, component, cents, row[1], managers[row[1]]);
        }
        return owed;
    }

    private static Dictionary<string, string> Column(string file, int key, int value) => File.ReadLines(file).Skip(1)
        .Select(line => line.Split(',')).ToDictionary(row => row[key], row => row[value], StringComparer.Ordinal);

    private static JsonElement[] Components(string rulesFolder, string product)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(rulesFolder, $"{product.Split('_')[0].ToLowerInvariant()}.json")));
        return [.. document.RootElement.GetProperty("products").GetProperty(product).GetProperty("components").EnumerateArray().Select(c => c.Clone())];
    }

    private static void Add(Dictionary<string, long> owed, JsonElement component, long cents, string referrer, string upline)
    {
        var pool = component.GetProperty("shape").GetString() == "flat"
            ? component.GetProperty("amountMinor").GetInt64()
            : (long)decimal.Round(
                cents * decimal.Parse(component.GetProperty("ratePercent").GetString()!, CultureInfo.InvariantCulture) / 100m, 0, MidpointRounding.AwayFromZero);
        var weights = component.GetProperty("split").EnumerateArray().Select(share =>
            (Party: share.GetProperty("party").GetString(), Weight: share.GetProperty("weight").GetDecimal())).ToList();
        var whole = weights.Sum(share => share.Weight);
        var parts = new List<(string Name, decimal Exact)> { ("platform", pool * 0.01m) };
        parts.AddRange(weights.Select(share => (share.Party == "referrer" ? referrer : upline, pool * 0.99m * share.Weight / whole)));

        var cut = parts.ConvertAll(part => (long)decimal.Floor(part.Exact));
        var left = pool - cut.Sum();
        var byRemainder = Enumerable.Range(0, parts.Count).OrderByDescending(i => parts[i].Exact - cut[i]).ThenBy(i => i).ToList();
        for (var i = 0; i < left; i++)
            cut[byRemainder[i]]++;
        for (var i = 0; i < parts.Count; i++)
            owed[parts[i].Name] = owed.GetValueOrDefault(parts[i].Name) + cut[i];
    }
}

using System.Globalization;

namespace Commission.Benchmarks.Harness;

/// <summary>What the command line asks for.</summary>
/// <param name="Names">Benchmarks to run.</param>
/// <param name="Quick">Whether it only has to be shown that they run: small data, short rounds, figures without meaning.</param>
/// <param name="Seconds">Length of one timed round of one side, about.</param>
/// <param name="Rounds">Rounds of each side.</param>
/// <param name="WarmupSeconds">Timed work before the first round, all sides of a contest together.</param>
/// <param name="PgLedgerFolder">Folder with pgledger.sql, or null.</param>
/// <param name="Output">File for the samples as JSON, or null.</param>
internal sealed record BenchmarkOptions(
    IReadOnlySet<string> Names, bool Quick, double Seconds, int Rounds, double WarmupSeconds, string? PgLedgerFolder, string? Output)
{
    /// <summary>Null, after saying why, when the arguments make no sense.</summary>
    public static BenchmarkOptions? Parse(string[] args, IReadOnlyList<string> known)
    {
        var quick = args.Contains("--quick", StringComparer.Ordinal);
        var options = quick
            ? new BenchmarkOptions(new HashSet<string>(), true, 1, 2, 2, null, null)
            : new BenchmarkOptions(new HashSet<string>(), false, 10, 5, 30, null, null);
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < args.Length; i++)
        {
            string Value() => ++i < args.Length ? args[i] : throw new FormatException($"{args[i - 1]} needs a value.");
            switch (args[i])
            {
                case "--quick": break;
                case "--seconds": options = options with { Seconds = Number(Value()) }; break;
                case "--rounds": options = options with { Rounds = (int)Number(Value()) }; break;
                case "--warmup": options = options with { WarmupSeconds = Number(Value()) }; break;
                case "--pgledger": options = options with { PgLedgerFolder = Value() }; break;
                case "--output": options = options with { Output = Value() }; break;
                case "all": names.UnionWith(known); break;
                case var name when known.Contains(name): names.Add(name); break;
                case var other: return Refuse($"'{other}' is neither an option nor a benchmark.", known);
            }
        }
        return names.Count == 0 ? Refuse("Name a benchmark.", known) : options with { Names = names };
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static BenchmarkOptions? Refuse(string why, IReadOnlyList<string> known)
    {
        System.Console.Error.WriteLine($"""
            {why}
            Usage: dotnet run -c Release --project benchmarks/Commission.Benchmarks -- NAME…|all
                   [--quick] [--seconds 10] [--rounds 5] [--warmup 30] [--pgledger FOLDER] [--output FILE]
            Benchmarks: {string.Join(", ", known)}
            """);
        return null;
    }
}

/// <summary>One question with its answer in figures.</summary>
internal interface IBenchmark
{
    /// <summary>Name on the command line.</summary>
    string Name { get; }

    /// <summary>Measures, and adds rows to the report.</summary>
    Task RunAsync(BenchmarkOptions options, Report report);
}

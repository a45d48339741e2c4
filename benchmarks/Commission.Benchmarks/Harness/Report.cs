using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Commission.Benchmarks.Harness;

/// <summary>A goal: at least or at most so much.</summary>
internal sealed record Goal(bool AtLeast, double Value, string Unit)
{
    public static Goal Min(double value, string unit = "×") => new(true, value, unit);

    public static Goal Max(double value, string unit) => new(false, value, unit);

    public bool IsMet(double value) => AtLeast ? value >= Value : value <= Value;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(AtLeast ? "≥" : "≤")} {Value} {Unit}");
}

/// <summary>One row of the report.</summary>
/// <param name="Work">What was done.</param>
/// <param name="Ours">Our figure with its spread.</param>
/// <param name="Baseline">The other's.</param>
/// <param name="Figure">What the goal is about.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Cpu">CPU per operation, ours and the other's.</param>
/// <param name="Goal">The goal, or null.</param>
/// <param name="BoundedBy">What stands in the way of more.</param>
/// <param name="Samples">Every round.</param>
internal sealed record Row(
    string Work, string Ours, string Baseline, double Figure, string Unit, string Cpu, Goal? Goal, string BoundedBy,
    IReadOnlyDictionary<string, double[]> Samples);

/// <summary>Collects rows; prints them as Markdown and saves them as JSON.</summary>
internal sealed class Report(BenchmarkOptions options)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private readonly List<Row> _rows = [];

    private static string Machine => $"{Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}";

    private string Settings => string.Create(CultureInfo.InvariantCulture,
        $"{(options.Quick ? "QUICK, figures without meaning: " : "")}{options.Rounds} rounds of {options.Seconds} s, warm-up {options.WarmupSeconds} s");

    /// <summary>Two sides that do the same per second.</summary>
    public void Compare(string work, Measurement ours, Measurement baseline, Goal? goal, string? note = null) => Add(new Row(
        work, Rates(ours), $"{Rates(baseline)} {baseline.Name}", ours.PerSecond / baseline.PerSecond, "×",
        Format($"{ours.CpuMicroseconds:N1} / {baseline.CpuMicroseconds:N1} µs"), goal, $"{ours.Bound}{(note is null ? "" : $"; {note}")}",
        new Dictionary<string, double[]>(StringComparer.Ordinal)
        {
            ["oursPerSecond"] = [.. ours.Rounds.Select(round => round.PerSecond)],
            ["baselinePerSecond"] = [.. baseline.Rounds.Select(round => round.PerSecond)],
            ["oursCpuMicroseconds"] = [.. ours.Rounds.Select(round => round.CpuMicroseconds)],
            ["baselineCpuMicroseconds"] = [.. baseline.Rounds.Select(round => round.CpuMicroseconds)],
        }));

    public void Add(Row row)
    {
        _rows.Add(row);
        System.Console.WriteLine($"  => {row.Work}: {Figure(row)} (goal {row.Goal})");
    }

    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.AppendLine($"{DateTime.UtcNow:yyyy-MM-dd}, {Machine}; {Settings}.").AppendLine();
        text.AppendLine("| Work | Ours | Baseline | Figure | CPU per operation, ours / baseline | Goal | Met | Bounded by |");
        text.AppendLine("|---|---|---|---|---|---|---|---|");
        foreach (var row in _rows)
        {
            var met = row.Goal is null ? "–" : row.Goal.IsMet(row.Figure) ? "yes" : "**no**";
            text.AppendLine($"| {row.Work} | {row.Ours} | {row.Baseline} | {Figure(row)} | {row.Cpu} | {row.Goal?.ToString() ?? "–"} | {met} | {row.BoundedBy} |");
        }
        return text.ToString();
    }

    /// <summary>Rewritten after each benchmark, so that a run that is stopped leaves what it has.</summary>
    public async Task SaveAsync()
    {
        if (options.Output is null)
            return;
        var content = new { machine = Machine, settings = Settings, at = DateTimeOffset.UtcNow, rows = _rows };
        await File.WriteAllTextAsync(options.Output, JsonSerializer.Serialize(content, Json) + "\n");
    }

    public static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Median with the lowest and the highest of the rounds.</summary>
    public static string Spread(IReadOnlyCollection<double> values, string format, string unit) => string.Create(CultureInfo.InvariantCulture,
        $"{Statistics.Median(values).ToString(format, CultureInfo.InvariantCulture)}{unit} "
        + $"({values.Min().ToString(format, CultureInfo.InvariantCulture)}–{values.Max().ToString(format, CultureInfo.InvariantCulture)})");

    private static string Rates(Measurement measurement) => Spread([.. measurement.Rounds.Select(round => round.PerSecond)], "N0", "/s");

    private static string Figure(Row row) => Format($"{row.Figure:G3} {row.Unit}");
}

using System.Text.Encodings.Web;
using System.Text.Json;

namespace Commission.Cli.Deals;

/// <summary>Lists bad and rejected rows: all of them to a file when one is asked for, the first ones to the screen.</summary>
internal sealed class BadRowReport(TextWriter screen, TextWriter? file) : IDisposable
{
    private const int ShownAtMost = 50;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Lock _lock = new();
    private readonly List<BadRow> _shown = [];
    private int _count;

    public static BadRowReport Open(TextWriter screen, string? path) =>
        new(screen, path is null ? null : new StreamWriter(path, append: false) { AutoFlush = true });

    public void Add(BadRow row)
    {
        lock (_lock)
        {
            file?.WriteLine(JsonSerializer.Serialize(row, Json));
            if (_count++ < ShownAtMost)
                _shown.Add(row);
        }
    }

    /// <summary>Kept to the end, because a progress bar owns the screen until then.</summary>
    public void Show()
    {
        foreach (var row in _shown.OrderBy(row => row.Line))
            screen.WriteLine($"line {row.Line}: {row.Code}{(row.Field is null ? "" : $" ({row.Field})")}: {OneLine(row.Reason)}");
        if (_count > _shown.Count)
            screen.WriteLine($"… and {_count - _shown.Count} more{(file is null ? "; --report lists them all" : "")}");
    }

    public void Dispose() => file?.Dispose();

    private static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}

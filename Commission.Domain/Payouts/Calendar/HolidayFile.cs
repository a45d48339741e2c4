using System.Globalization;
using System.Text;

namespace Commission.Domain.Payouts.Calendar;

/// <summary>A line of holidays.csv.</summary>
/// <param name="Date">The day.</param>
/// <param name="Regions">Where it is one.</param>
/// <param name="Name">Its name.</param>
/// <param name="IsConfirmed">Whether an act or an announcement gives the date; if not, it is what is expected.</param>
public sealed record DeclaredHoliday(DateOnly Date, IReadOnlyList<Region> Regions, string Name, bool IsConfirmed);

/// <summary>Reads the embedded holidays.csv, whose head says where its days are from.</summary>
internal static class HolidayFile
{
    public static IReadOnlyList<DeclaredHoliday> Read()
    {
        using var stream = typeof(HolidayFile).Assembly.GetManifestResourceStream("holidays.csv")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return [.. reader.ReadToEnd().Split('\n').Where(line => line.Length > 0 && line[0] != '#').Skip(1).Select(Line)];
    }

    private static DeclaredHoliday Line(string line)
    {
        var cells = line.Split(',');
        return cells is [var date, var regions, var name, "rule" or "declared" or "expected"]
            ? new DeclaredHoliday(
                DateOnly.ParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture), [.. regions.Split(' ').Select(RegionOf)], name, cells[3] != "expected")
            : throw new FormatException($"holidays.csv: expected date,regions,name,status, found '{line}'.");
    }

    private static Region RegionOf(string name) => Regions.TryParse(name, out var region) && region != Region.National
        ? region
        : throw new FormatException($"holidays.csv: '{name}' is no state or territory.");
}

using System.Text.RegularExpressions;

namespace Commission.Tidy.Tests.Checks;

/// <summary>What no file may say.</summary>
internal static partial class Texts
{
    public static IEnumerable<string> Check(IEnumerable<SourceFile> files) =>
        from file in files
        where file.Project != "tests/Commission.Tidy.Tests"
        from line in file.Lines.Index()
        from finding in CheckLine(line.Item)
        select file.At(line.Index + 1, finding);

    private static IEnumerable<string> CheckLine(string line)
    {
        if (Postponed().Match(line) is { Success: true } postponed)
            yield return $"'{postponed.Value}' postpones work where nobody looks: do it, or open an issue.";
        if (MachinePath().Match(line) is { Success: true } path)
            yield return $"'{path.Value}' is a place on one machine: make it relative, or a setting.";
        if (line.EndsWith('\r'))
            yield return "ends with a carriage return: save the file with line feeds.";
    }

    [GeneratedRegex(@"\b(TODO|FIXME)\b")]
    private static partial Regex Postponed();

    [GeneratedRegex(@"(?<![\w.~-])/(work|root|home|Users)/\w")]
    private static partial Regex MachinePath();
}

using System.Text.RegularExpressions;

namespace Commission.Tidy.Tests.Checks;

/// <summary>Documents that can be found, and links that lead somewhere.</summary>
internal static partial class Documents
{
    private const string AdrFolder = "docs/adr/";

    public static IEnumerable<string> Check(IReadOnlyList<SourceFile> files)
    {
        var pages = files.Where(file => file.Path.EndsWith(".md", StringComparison.Ordinal)).ToList();
        var links = pages.SelectMany(page => Links(page).Select(link => (Page: page, link.Line, link.Target))).ToList();
        return CheckTargets(files, links).Concat(CheckOrphans(files, links)).Concat(CheckDecisions(files, links));
    }

    private static IEnumerable<string> CheckTargets(IReadOnlyList<SourceFile> files, List<(SourceFile Page, int Line, string Target)> links)
    {
        var paths = files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var (page, line, target) in links)
        {
            if (!paths.Contains(target) && !paths.Any(path => path.StartsWith(target.TrimEnd('/') + "/", StringComparison.Ordinal)))
                yield return page.At(line, $"links to '{target}', which does not exist: mend the link.");
        }
    }

    private static IEnumerable<string> CheckOrphans(IReadOnlyList<SourceFile> files, List<(SourceFile Page, int Line, string Target)> links) =>
        from file in files
        where file.Path.StartsWith("docs/", StringComparison.Ordinal) || file.Path.StartsWith("deploy/", StringComparison.Ordinal)
        where !links.Exists(link => link.Target == file.Path && link.Page != file)
        where !links.Exists(link => link.Page.Path == "README.md" && file.Path.StartsWith(link.Target.TrimEnd('/') + "/README.md", StringComparison.Ordinal))
        select file.At(1, "no other page links to it: link it where a reader would look, or delete it.");

    private static IEnumerable<string> CheckDecisions(IReadOnlyList<SourceFile> files, List<(SourceFile Page, int Line, string Target)> links)
    {
        var decisions = files.Where(file => DecisionName().IsMatch(file.Path)).OrderBy(file => file.Path, StringComparer.Ordinal).ToList();
        var index = links.Where(link => link.Page.Path == AdrFolder + "README.md").Select(link => link.Target).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < decisions.Count; i++)
        {
            var number = int.Parse(decisions[i].Name[..4], System.Globalization.CultureInfo.InvariantCulture);
            if (number != i + 1)
                yield return decisions[i].At(1, $"decision {number:0000} stands where {i + 1:0000} is next: numbers are given once, without gaps.");
            if (!index.Contains(decisions[i].Path))
                yield return decisions[i].At(1, $"is not in the list of {AdrFolder}README.md: add a line.");
            if (!decisions[i].Text.Contains("## Considered options", StringComparison.Ordinal))
                yield return decisions[i].At(1, "has no 'Considered options': say what was rejected and why.");
        }
    }

    /// <summary>Relative links of a page as paths from the root; code blocks and addresses are left out.</summary>
    private static IEnumerable<(int Line, string Target)> Links(SourceFile page)
    {
        var inCode = false;
        foreach (var (index, line) in page.Lines.Index())
        {
            if (line.TrimStart().StartsWith("```", StringComparison.Ordinal))
                inCode = !inCode;
            foreach (Match match in inCode ? Enumerable.Empty<Match>() : Link().Matches(InlineCode().Replace(line, "")))
            {
                var target = match.Groups[1].Value.Split('#')[0];
                if (target.Length > 0 && !target.Contains(':', StringComparison.Ordinal))
                    yield return (index + 1, Resolve(page.Path, target));
            }
        }
    }

    private static string Resolve(string page, string target)
    {
        var parts = new List<string>(page.Split('/')[..^1]);
        foreach (var part in target.TrimEnd('/').Split('/'))
        {
            if (part == ".." && parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
            else if (part != ".")
                parts.Add(part);
        }
        return string.Join('/', parts);
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    // The text of a link may itself be code, so only code that holds a whole link is taken out.
    [GeneratedRegex(@"`[^`]*\]\([^`]*`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"^docs/adr/\d{4}-[a-z0-9-]+\.md$")]
    private static partial Regex DecisionName();
}

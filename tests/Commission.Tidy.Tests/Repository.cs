using System.Runtime.CompilerServices;

namespace Commission.Tidy.Tests;

/// <summary>The repository's own files.</summary>
internal static class Repository
{
    private static readonly string[] Foreign =
        [".git", ".vs", ".idea", "bin", "obj", "data", "TestResults", "BenchmarkDotNet.Artifacts", "node_modules"];

    public static string Root { get; } = Find();

    public static IReadOnlyList<SourceFile> Files { get; } = [.. Read(new DirectoryInfo(Root))];

    public static IReadOnlyList<SourceFile> Code { get; } = [.. Files.Where(file => file.IsCode)];

    /// <summary>Fails with every finding, one a line.</summary>
    public static void MustBeClean(IEnumerable<string> findings)
    {
        var all = findings.ToList();
        Assert.True(all.Count == 0, $"{all.Count} finding(s):\n{string.Join('\n', all)}");
    }

    private static IEnumerable<SourceFile> Read(DirectoryInfo folder)
    {
        foreach (var file in folder.EnumerateFiles().Where(file => !Foreign.Contains(file.Name) && file.LinkTarget is null))
        {
            var text = File.ReadAllText(file.FullName);
            if (!text.Contains('\0', StringComparison.Ordinal))
                yield return new SourceFile(Path.GetRelativePath(Root, file.FullName).Replace('\\', '/'), text);
        }
        foreach (var below in folder.EnumerateDirectories().Where(below => !Foreign.Contains(below.Name) && below.LinkTarget is null).SelectMany(Read))
            yield return below;
    }

    private static string Find([CallerFilePath] string thisFile = "")
    {
        foreach (var start in new[] { AppContext.BaseDirectory, Path.GetDirectoryName(thisFile)! })
        {
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "Commission.sln")))
                    return folder.FullName;
            }
        }
        throw new InvalidOperationException("Commission.sln is in no folder above the tests.");
    }
}

using System.Runtime.CompilerServices;

namespace Commission.Cli.Tests;

/// <summary>Where the samples and the real data are.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string Sample(params string[] path) => Path.Combine([Root, "samples", .. path]);

    /// <summary>Not part of the repository, since its licence is not ours to pass on. Null where it is absent.</summary>
    public static string? CrmFolder()
    {
        var data = Environment.GetEnvironmentVariable("COMMISSION_SAMPLE_DATA") ?? Path.Combine(Root, "..", "shared", "data");
        var crm = Path.Combine(data, "crm");
        return File.Exists(Path.Combine(crm, "sales_pipeline.csv")) ? crm : null;
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

        throw new InvalidOperationException("Commission.sln is in no folder above the tests");
    }
}

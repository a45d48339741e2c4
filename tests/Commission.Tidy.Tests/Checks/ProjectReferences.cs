using System.Xml.Linq;

namespace Commission.Tidy.Tests.Checks;

/// <summary>Which project may know which. Tests and benchmarks may know all.</summary>
internal static class ProjectReferences
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Commission.Domain"] = [],
        ["Commission.Grains.Interfaces"] = ["Commission.Domain"],
        ["Commission.Storage"] = ["Commission.Domain"],
        ["Commission.Grains"] = ["Commission.Grains.Interfaces", "Commission.Domain", "Commission.Storage"],
        ["Commission.Silo"] = ["Commission.Grains", "Commission.Storage"],
        ["Commission.Console"] = ["Commission.Grains.Interfaces", "Commission.Domain", "Commission.Storage"],
        ["Commission.Api"] = ["Commission.Grains.Interfaces", "Commission.Console", "Commission.Storage", "Commission.Silo"],
        ["Commission.Cli"] = ["Commission.Domain"],
        ["Commission.Verifier"] = ["Commission.Domain"],
    };

    /// <summary>Packages of the domain: the serialiser's attributes and the generator behind them, nothing else.</summary>
    private static readonly string[] DomainPackages = ["Microsoft.Orleans.Sdk", "Microsoft.Orleans.Serialization", "Microsoft.Orleans.Serialization.Abstractions"];

    private static readonly string[] DomainNamespaces = ["System", "Commission.Domain", "Orleans.Serialization"];

    public static IEnumerable<string> Check(IReadOnlyList<SourceFile> files) =>
        files.Where(IsProject).SelectMany(CheckProject)
            .Concat(CheckSolution(files))
            .Concat(files.Where(file => file.IsProduction && file.Project == "Commission.Domain").SelectMany(CheckUsings));

    private static bool IsProject(SourceFile file) => file.Path.EndsWith(".csproj", StringComparison.Ordinal);

    private static IEnumerable<string> CheckProject(SourceFile file)
    {
        if (file.Path.StartsWith("tests/", StringComparison.Ordinal) || file.Path.StartsWith("benchmarks/", StringComparison.Ordinal))
            yield break;
        var xml = XDocument.Parse(file.Text);
        if (!Allowed.TryGetValue(file.Project, out var allowed))
        {
            yield return file.At(1, "a project that the architecture does not name: add it to docs/architecture.md and to this check, or put its code where it belongs.");
            yield break;
        }
        var references = xml.Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));
        foreach (var reference in references.Except(allowed))
            yield return file.At(1, $"{file.Project} must not know {reference} (docs/architecture.md): turn the dependency round, or move the code.");
        var packages = xml.Descendants("PackageReference").Select(package => package.Attribute("Include")!.Value);
        foreach (var package in file.Project == "Commission.Domain" ? packages.Except(DomainPackages) : [])
            yield return file.At(1, $"the domain must not use the package {package}: it knows the serialiser's attributes and nothing else.");
    }

    private static IEnumerable<string> CheckSolution(IReadOnlyList<SourceFile> files)
    {
        var solution = files.FirstOrDefault(file => file.Path == "Commission.sln")?.Text.Replace('\\', '/') ?? "";
        return files.Where(IsProject)
            .Where(project => !solution.Contains($"\"{project.Path}\"", StringComparison.Ordinal))
            .Select(project => project.At(1, $"is in no solution: dotnet sln add {project.Path}"));
    }

    private static IEnumerable<string> CheckUsings(SourceFile file)
    {
        foreach (var directive in file.Syntax.DescendantNodes().OfType<UsingDirectiveSyntax>())
        {
            var name = directive.NamespaceOrType.ToString();
            if (!Array.Exists(DomainNamespaces, root => name == root || name.StartsWith(root + ".", StringComparison.Ordinal)))
                yield return file.At(directive, $"the domain must not use {name}: it is pure and knows nobody.");
        }
    }
}

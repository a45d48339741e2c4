using Commission.Tidy.Tests.Checks;

namespace Commission.Tidy.Tests;

/// <summary>Each check finds what it is for, and nothing else: a check that cannot fail proves nothing.</summary>
public sealed class CheckTests
{
    private static readonly SourceFile Solution = new("Commission.sln", "\"Commission.Domain\\Commission.Domain.csproj\" \"Commission.Cli\\Commission.Cli.csproj\"");

    [Theory]
    [InlineData("Commission.Api/A.cs", 400, 0)]
    [InlineData("Commission.Api/A.cs", 401, 1)]
    [InlineData("Commission.Grains/Deals/DealGrain.cs", 150, 0)]
    [InlineData("Commission.Grains/Deals/DealGrain.cs", 151, 1)]
    [InlineData("Commission.Grains/Deals/Directory.cs", 151, 0)]
    public void Long_files_are_found(string path, int lines, int findings) =>
        Assert.Equal(findings, Sizes.Check([new SourceFile(path, string.Concat(Enumerable.Repeat("//\n", lines)))]).Count());

    [Theory]
    [InlineData(66, 0)]
    [InlineData(67, 1)]
    public void Long_methods_are_found_without_their_attributes(int statements, int findings)
    {
        var body = string.Concat(Enumerable.Repeat("x++;\n", statements));
        var file = new SourceFile("Commission.Api/A.cs", $"class A {{\n[Fact]\n[Slow]\nvoid M()\n{{\nvar x = 0;\n{body}}}\n}}\n");
        Assert.Equal(findings, Sizes.Check([file]).Count());
    }

    [Theory]
    [InlineData("// {0}", 157, 0)]
    [InlineData("// {0}", 158, 1)]
    [InlineData("class A {{ string S = \"{0}\"; }}", 300, 0)]
    [InlineData("class A {{ void {0}() {{ }} }}", 160, 1)]
    public void Long_lines_are_found_unless_a_literal_makes_them_long(string line, int length, int findings)
    {
        var file = new SourceFile("Commission.Api/A.cs", string.Format(System.Globalization.CultureInfo.InvariantCulture, line, new string('x', length)));
        Assert.Equal(findings, Sizes.Check([file]).Count());
    }

    [Theory]
    [InlineData("Commission.Api", "var x = DateTime.UtcNow;")]
    [InlineData("Commission.Api", "var x = System.DateTimeOffset.UtcNow;")]
    [InlineData("Commission.Api", "var x = DateTime.Today;")]
    [InlineData("Commission.Api", "var x = task.Result;")]
    [InlineData("Commission.Api", "task.Wait();")]
    [InlineData("Commission.Api", "task.GetAwaiter().GetResult();")]
    [InlineData("Commission.Api", "Thread.Sleep(5);")]
    [InlineData("Commission.Api", "var s = new NpgsqlConnectionStringBuilder { Multiplexing = true };")]
    [InlineData("Commission.Api", "var s = \"Host=db;Multiplexing=true\";")]
    [InlineData("Commission.Domain", "double x = y;")]
    [InlineData("Commission.Domain", "float x = y;")]
    [InlineData("Commission.Domain", "var x = 0.5;")]
    [InlineData("Commission.Domain", "Task x = y;")]
    [InlineData("Commission.Domain", "Task<int> x = y;")]
    [InlineData("Commission.Domain", "ILogger<A> x = y;")]
    [InlineData("Commission.Domain", "var x = Guid.NewGuid();")]
    [InlineData("Commission.Domain", "var x = TimeProvider.System;")]
    [InlineData("Commission.Domain", "File.ReadAllText(x);")]
    public void Banned_calls_are_found(string project, string statement) =>
        Assert.NotEmpty(BannedApis.Check([new SourceFile($"{project}/A.cs", $"class A {{ void M() {{ {statement} }} }}")]));

    [Theory]
    [InlineData("Commission.Grains", "class A : Grain<S> { }")]
    [InlineData("Commission.Grains.Interfaces", "interface A { [OneWay] Task M(); }")]
    [InlineData("Commission.Grains.Interfaces", "interface A { [Orleans.Concurrency.OneWay] Task M(); }")]
    public void Banned_declarations_are_found(string project, string declaration) =>
        Assert.Single(BannedApis.Check([new SourceFile($"{project}/A.cs", declaration)]));

    [Theory]
    [InlineData("Commission.Api", "Task x = y; double z = 0.5; var now = clock.GetUtcNow(); var g = Guid.NewGuid();")]
    [InlineData("Commission.Api", "semaphore.Wait(5); var r = source.Result(); /* DateTime.UtcNow */ var s = \"Thread.Sleep\";")]
    [InlineData("Commission.Domain", "decimal x = 0.5m; var day = DateOnly.FromDateTime(now.UtcDateTime);")]
    [InlineData("tests/Commission.Api.Tests", "var x = DateTime.UtcNow; Thread.Sleep(1);")]
    public void What_is_allowed_is_not_found(string project, string statements) =>
        Assert.Empty(BannedApis.Check([new SourceFile($"{project}/A.cs", $"class A : Grain {{ void M() {{ {statements} }} }}")]));

    [Theory]
    [InlineData("Commission.Cli", "<ProjectReference Include=\"../Commission.Domain/Commission.Domain.csproj\" />", 0)]
    [InlineData("Commission.Cli", "<ProjectReference Include=\"..\\Commission.Storage\\Commission.Storage.csproj\" />", 1)]
    [InlineData("Commission.Domain", "<PackageReference Include=\"Microsoft.Orleans.Sdk\" />", 0)]
    [InlineData("Commission.Domain", "<PackageReference Include=\"Npgsql\" />", 1)]
    [InlineData("Commission.Common", "", 2)]
    public void Forbidden_references_are_found(string project, string reference, int findings)
    {
        var file = new SourceFile($"{project}/{project}.csproj", $"<Project><ItemGroup>{reference}</ItemGroup></Project>");
        Assert.Equal(findings, ProjectReferences.Check([Solution, file]).Count());
    }

    [Theory]
    [InlineData("using System.Text;", 0)]
    [InlineData("using Commission.Domain.Deals;", 0)]
    [InlineData("using Npgsql;", 1)]
    [InlineData("using Commission.Storage;", 1)]
    public void Foreign_namespaces_in_the_domain_are_found(string directive, int findings) =>
        Assert.Equal(findings, ProjectReferences.Check([new SourceFile("Commission.Domain/A.cs", directive)]).Count());

    [Fact]
    public void A_state_name_that_two_grains_share_is_found()
    {
        SourceFile[] files =
        [
            new("Commission.Grains/A.cs", "class A([PersistentState(T.Name, \"p\")] S s) { }"),
            new("Commission.Grains/B.cs", "class B([PersistentState(\"deal\")] S s) { }"),
            new("Commission.Storage/T.cs", "class T { public const string Name = \"deal\"; }"),
            new("Commission.Grains/C.cs", "class C([PersistentState(C.Name)] S s) { const string Name = \"other\"; }"),
        ];
        Assert.Contains("B and A", Assert.Single(OrleansTypes.CheckStateNames(files)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_state_name_that_cannot_be_read_is_found() => Assert.Contains("no constant", Assert.Single(
        OrleansTypes.CheckStateNames([new SourceFile("Commission.Grains/A.cs", "class A([PersistentState(Name())] S s) { }")])), StringComparison.Ordinal);

    [Theory]
    [InlineData("[GenerateSerializer] record A;", 1)]
    [InlineData("[GenerateSerializer, Immutable] readonly record struct A;", 1)]
    [InlineData("[GenerateSerializer, Alias(\"A\")] record A;", 0)]
    [InlineData("[GenerateSerializer] [Orleans.Alias(\"A\")] class A;", 0)]
    [InlineData("[GenerateSerializer] enum A { B }", 0)]
    [InlineData("[GenerateSerializer, Alias(\"A\")] record A; [GenerateSerializer, Alias(\"A\")] record B;", 1)]
    [InlineData("[Alias(\"A\")] interface A { [Alias(\"Get\")] void M(); } [Alias(\"B\")] interface B { [Alias(\"Get\")] void M(); }", 0)]
    public void Missing_and_shared_aliases_are_found(string code, int findings) =>
        Assert.Equal(findings, OrleansTypes.CheckAliases([new SourceFile("Commission.Domain/A.cs", code)]).Count());

    [Theory]
    [InlineData("// TODO: later", 1)]
    [InlineData("FIXME", 1)]
    [InlineData("cd /work/main", 1)]
    [InlineData("cat /home/someone/x", 1)]
    [InlineData("one\r\ntwo", 1)]
    [InlineData("a todo list; src/work/x; https://example.com/home/", 0)]
    public void Postponed_work_and_machine_paths_are_found(string text, int findings) =>
        Assert.Equal(findings, Texts.Check([new SourceFile("docs/a.md", text)]).Count());

    [Theory]
    [InlineData("[a](docs/a.md)", 0)]
    [InlineData("[a](docs/a.md#part) and [gone](docs/gone.md)", 1)]
    [InlineData("[a](docs/a.md) [web](https://example.com/x)", 0)]
    [InlineData("nothing", 1)]
    public void Dead_links_and_unlinked_pages_are_found(string readme, int findings) =>
        Assert.Equal(findings, Documents.Check([new SourceFile("README.md", readme), new SourceFile("docs/a.md", "text")]).Count());

    [Theory]
    [InlineData("0001-a.md", "## Considered options", "[1](0001-a.md)", 0)]
    [InlineData("0002-a.md", "## Considered options", "[2](0002-a.md)", 1)]
    [InlineData("0001-a.md", "no options", "[1](0001-a.md)", 1)]
    [InlineData("0001-a.md", "## Considered options", "", 2)]
    public void Decisions_out_of_order_or_out_of_the_list_are_found(string name, string text, string index, int findings)
    {
        SourceFile[] files = [new("README.md", "[adr](docs/adr/)"), new("docs/adr/README.md", index), new($"docs/adr/{name}", text)];
        Assert.Equal(findings, Documents.Check(files).Count());
    }

    [Theory]
    [InlineData("001_a.sql,002_b.sql", 0)]
    [InlineData("001_a.sql,003_b.sql", 1)]
    [InlineData("001_a.sql,001_b.sql", 1)]
    [InlineData("001_a.sql,2_b.sql", 1)]
    public void Gaps_in_migrations_are_found(string names, int findings) =>
        Assert.Equal(findings, Migrations.Check(names.Split(',').Select(name => new SourceFile($"Commission.Storage/Migrations/{name}", ""))).Count());
}

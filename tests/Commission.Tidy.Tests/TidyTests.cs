using Commission.Tidy.Tests.Checks;

namespace Commission.Tidy.Tests;

/// <summary>The house rules, held against the repository as it is.</summary>
public sealed class TidyTests
{
    [Fact]
    public void Files_methods_and_lines_are_small() => Repository.MustBeClean(Sizes.Check(Repository.Code));

    [Fact]
    public void No_banned_api_is_called() => Repository.MustBeClean(BannedApis.Check(Repository.Code));

    [Fact]
    public void Projects_know_only_whom_they_may() => Repository.MustBeClean(ProjectReferences.Check(Repository.Files));

    [Fact]
    public void State_names_are_unique() => Repository.MustBeClean(OrleansTypes.CheckStateNames([.. Repository.Code.Where(file => file.IsProduction)]));

    [Fact]
    public void Serialised_types_have_an_alias_of_their_own() => Repository.MustBeClean(OrleansTypes.CheckAliases(Repository.Code));

    [Fact]
    public void Nothing_is_postponed_and_nothing_is_tied_to_one_machine() => Repository.MustBeClean(Texts.Check(Repository.Files));

    [Fact]
    public void Documents_are_linked_and_links_lead_somewhere() => Repository.MustBeClean(Documents.Check(Repository.Files));

    [Fact]
    public void Migrations_have_no_gaps() => Repository.MustBeClean(Migrations.Check(Repository.Files));

    [Fact]
    public void The_repository_was_read()
    {
        Assert.Contains(Repository.Code, file => file.Path == "Commission.Domain/Deals/DealMachine.cs");
        Assert.Contains(Repository.Files, file => file.Path == "Commission.Storage/Migrations/001_orleans.sql");
        Assert.Contains(Repository.Files, file => file.Path == "run.sh");
        Assert.DoesNotContain(Repository.Files, file => file.Path.Contains("/obj/", StringComparison.Ordinal));
    }
}

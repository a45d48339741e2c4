using Commission.Storage.GroupCommit;
using Orleans.Storage;

namespace Commission.Storage.Tests.GrainStorage;

/// <summary>Our group-commit storage, which makes good by itself what a broken connection left open.</summary>
public sealed class GroupCommitStorageTests(StorageDatabase fixture) : GrainStorageConformance(fixture)
{
    private readonly StorageDatabase _fixture = fixture;
    private readonly List<IAsyncDisposable> _opened = [];

    protected override string CountRowsSql => "select (select count(*) from note) + (select count(*) from other)";

    protected override bool MakesGoodWhatWasCut => true;

    public override async ValueTask InitializeAsync()
    {
        await StateTables.MakeAsync(_fixture.Database, "note", "other");
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var part in _opened)
            await part.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override bool MakesWriteDurable(string sql) => sql.Contains("insert into note", StringComparison.Ordinal);

    protected override Task<IGrainStorage> OpenStorageAsync(string connectionString)
    {
        var parts = new StorageParts(connectionString);
        var storage = parts.Storage(new GroupCommitOptions(), new StateTable("note", []), new StateTable("other", []));
        _opened.AddRange([storage, parts]);
        return Task.FromResult<IGrainStorage>(storage);
    }
}

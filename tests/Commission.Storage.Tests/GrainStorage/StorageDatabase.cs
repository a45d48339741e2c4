using Commission.Testing;
using Xunit;

namespace Commission.Storage.Tests.GrainStorage;

/// <summary>One database per test class.</summary>
public sealed class StorageDatabase : IAsyncLifetime
{
    public TestDatabase Database { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Database = await TestPostgres.CreateDatabaseAsync("storage");

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}

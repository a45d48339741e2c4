using Commission.Storage.GroupCommit;
using Npgsql;
using Xunit;

namespace Commission.Storage.Tests;

/// <summary>A grain's caller in another process learns what the database said.</summary>
public sealed class StorageExceptionTests : IAsyncLifetime
{
    private readonly StorageParts _parts = new("Host=nowhere");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _parts.DisposeAsync();

    [Fact]
    public void Exceptions_of_the_database_travel_as_what_they_are()
    {
        Assert.IsType<NpgsqlException>(Travel(new NpgsqlException("gone", new IOException("cut"))));
        var starting = new PostgresException("starting", "FATAL", "FATAL", PostgresErrorCodes.CannotConnectNow);
        Assert.Equal(starting.Message, Assert.IsType<PostgresException>(Travel(starting)).Message);
    }

    [Fact]
    public void Exceptions_around_them_travel_too()
    {
        var wrapped = new OrleansException("storage", new TimeoutException("open", new NpgsqlException("gone")));

        var arrived = Travel(wrapped);

        Assert.IsType<OrleansException>(arrived);
        Assert.IsType<NpgsqlException>(arrived.InnerException!.InnerException);
        Assert.IsType<StorageBusyException>(Travel(new StorageBusyException()));
        Assert.IsType<DuplicateKeyException>(Travel(new DuplicateKeyException("one_key", new IOException())));
    }

    private Exception Travel(Exception thrown) => _parts.Serializer.Deserialize<Exception>(_parts.Serializer.SerializeToArray(thrown))!;
}

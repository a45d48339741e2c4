using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Commission.Storage.GroupCommit;
using Commission.Storage.Ledger;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orleans.Serialization;

namespace Commission.Storage.Tests;

/// <summary>What the storage is made of, without a silo.</summary>
internal sealed class StorageParts : IAsyncDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection()
        .AddMetrics().AddSerializer().AddStorageExceptions().BuildServiceProvider();

    public StorageParts(string connectionString) => DataSource = NpgsqlDataSource.Create(connectionString);

    public NpgsqlDataSource DataSource { get; }

    public Serializer Serializer => _services.GetRequiredService<Serializer>();

    public OutboxRecorder Published { get; } = new();

    public StorageMetrics Metrics => new(_services.GetRequiredService<IMeterFactory>());

    public GroupCommitStorage Storage(GroupCommitOptions options, params IReadOnlyList<StateTable> tables) =>
        new(DataSource, tables, options, Published, Serializer, Metrics, NullLogger<GroupCommitStorage>.Instance);

    public Task<BookWriter> StartWriterAsync(string book) =>
        BookWriter.StartAsync(new BookStore(DataSource), book, Serializer, TimeProvider.System, Metrics, NullLogger.Instance);

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await _services.DisposeAsync();
    }
}

/// <summary>Remembers what was published.</summary>
internal sealed class OutboxRecorder : IOutboxPublisher
{
    private readonly ConcurrentQueue<OutboxMessage> _messages = new();

    public IReadOnlyList<OutboxMessage> Messages => [.. _messages];

    public void Publish(IReadOnlyList<OutboxMessage> messages)
    {
        foreach (var message in messages)
            _messages.Enqueue(message);
    }
}

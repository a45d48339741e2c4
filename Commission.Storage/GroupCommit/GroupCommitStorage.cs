using System.Globalization;
using Commission.Domain;
using Commission.Domain.Ledger;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Serialization;
using Orleans.Storage;

namespace Commission.Storage.GroupCommit;

/// <summary>
/// Grain storage for hot grains: writes of all activations of a silo share commits, and a state and its outbox rows are
/// one transaction. The version is the ETag.
/// </summary>
public sealed class GroupCommitStorage : IGrainStorage, IAsyncDisposable
{
    /// <summary>The provider's name in <c>[PersistentState]</c>.</summary>
    public const string ProviderName = "GroupCommit";

    private readonly NpgsqlDataSource _dataSource;
    private readonly Serializer _serializer;
    private readonly OutboxIds _outboxIds;
    private readonly Dictionary<string, (StateTable Table, GroupReader Reader, GroupCommitLane[] Lanes)> _tables;

    public GroupCommitStorage(
        NpgsqlDataSource dataSource, IEnumerable<StateTable> tables, GroupCommitOptions options, IOutboxPublisher publisher,
        Serializer serializer, StorageMetrics metrics, ILogger<GroupCommitStorage> logger)
    {
        (_dataSource, _serializer, _outboxIds) = (dataSource, serializer, new OutboxIds(dataSource));
        _tables = tables.ToDictionary(
            table => table.Name,
            table => (table, new GroupReader(dataSource, table, options.MaxBatch), Enumerable.Range(0, options.Lanes)
                .Select(_ => new GroupCommitLane(dataSource, table, options, publisher, metrics, logger)).ToArray()),
            StringComparer.Ordinal);
    }

    /// <inheritdoc />
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var stored = await Table(stateName, grainId).Reader.ReadAsync(Key(grainId));
        grainState.ETag = stored?.Version.ToString(CultureInfo.InvariantCulture);
        grainState.RecordExists = stored?.Payload is not null;
        grainState.State = stored?.Payload is { } payload ? _serializer.Deserialize<T>(payload) : Activator.CreateInstance<T>();
    }

    /// <inheritdoc />
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var version = Version(grainState.ETag) + 1;
        var payload = _serializer.SerializeToArray(grainState.State);
        var outbox = grainState.State is IOutboxSource { Outbox.Count: > 0 } source ? await MessagesAsync(source.Outbox) : [];
        await Lane(stateName, grainId).WriteAsync(new PendingWrite(Key(grainId), version, payload, grainState.State!, outbox));
        grainState.ETag = version.ToString(CultureInfo.InvariantCulture);
        grainState.RecordExists = true;
    }

    /// <inheritdoc />
    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var version = Version(grainState.ETag);
        if (version > 0)
        {
            await using var command = _dataSource.CreateCommand(Table(stateName, grainId).Table.ClearSql);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Key(grainId) });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = version });
            if (await command.ExecuteNonQueryAsync() != 1)
                throw new InconsistentStateException($"{stateName} {Key(grainId)} is not at version {version}.", "?", grainState.ETag);
            grainState.ETag = (version + 1).ToString(CultureInfo.InvariantCulture);
        }
        (grainState.State, grainState.RecordExists) = (Activator.CreateInstance<T>(), false);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var (_, reader, lanes) in _tables.Values)
        {
            foreach (var lane in lanes)
                await lane.DisposeAsync();
            await reader.DisposeAsync();
        }
        _outboxIds.Dispose();
    }

    private async ValueTask<IReadOnlyList<OutboxMessage>> MessagesAsync(IReadOnlyList<(string Book, IReadOnlyList<BookRecord> Records)> outbox)
    {
        var first = await _outboxIds.TakeAsync(outbox.Count);
        var messages = new OutboxMessage[outbox.Count];
        for (var i = 0; i < messages.Length; i++)
        {
            BookRecord[] records = [.. outbox[i].Records];
            messages[i] = new OutboxMessage(first + i, outbox[i].Book, _serializer.SerializeToArray(records)) { Records = records };
        }
        return messages;
    }

    /// <summary>One grain always writes by one lane, so that its own writes keep their order.</summary>
    private GroupCommitLane Lane(string stateName, GrainId grainId)
    {
        var lanes = Table(stateName, grainId).Lanes;
        return lanes[grainId.GetUniformHashCode() % (uint)lanes.Length];
    }

    /// <summary>States of simulations have tables of their own.</summary>
    private (StateTable Table, GroupReader Reader, GroupCommitLane[] Lanes) Table(string stateName, GrainId grainId) =>
        _tables[World.IsSimulated(Key(grainId)) ? StateTable.SimulatedName(stateName) : stateName];

    private static string Key(GrainId grainId) => grainId.Key.ToString()!;

    private static int Version(string? etag) => etag is null ? 0 : int.Parse(etag, CultureInfo.InvariantCulture);
}

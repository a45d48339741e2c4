using Commission.Domain.Ledger;
using Commission.Storage.GroupCommit;
using Npgsql;
using NpgsqlTypes;
using Orleans.Serialization;
using Orleans.Storage;

namespace Commission.Benchmarks.Stages;

/// <summary>
/// The baseline for whole deals: the state by Orleans' AdoNet provider, then its outbox rows by an insert of their own. Not
/// safe (a crash between the two loses the rows) and without the columns and unique keys of our tables, so if anything it is
/// favoured.
/// </summary>
internal sealed class AdoNetOutboxStorage(
    IGrainStorage adoNet, NpgsqlDataSource dataSource, Serializer serializer, IOutboxPublisher publisher) : IGrainStorage
{
    private long _lastId;

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        adoNet.ReadStateAsync(stateName, grainId, grainState);

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await adoNet.WriteStateAsync(stateName, grainId, grainState);
        if (grainState.State is not IOutboxSource { Outbox.Count: > 0 } source)
            return;
        var messages = source.Outbox.Select(part => new OutboxMessage(
            Interlocked.Increment(ref _lastId), part.Book, serializer.SerializeToArray<BookRecord[]>([.. part.Records]))).ToArray();
        await using var command = dataSource.CreateCommand(
            "insert into outbox (id, book, payload) select * from unnest($1::bigint[], $2::text[], $3::bytea[])");
        Add(command, NpgsqlDbType.Bigint, Array.ConvertAll(messages, message => message.Id));
        Add(command, NpgsqlDbType.Text, Array.ConvertAll(messages, message => message.Book));
        Add(command, NpgsqlDbType.Bytea, Array.ConvertAll(messages, message => message.Payload));
        await command.ExecuteNonQueryAsync();
        publisher.Publish(messages);
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        adoNet.ClearStateAsync(stateName, grainId, grainState);

    private static void Add(NpgsqlCommand command, NpgsqlDbType type, object value) =>
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | type, Value = value });
}

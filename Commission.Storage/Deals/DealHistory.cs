using System.Runtime.CompilerServices;
using Commission.Domain;
using Commission.Domain.Deals;
using Commission.Domain.Ledger;
using Commission.Domain.Rules.Simulation;
using Commission.Storage.GroupCommit;
using Npgsql;
using Orleans.Serialization;

namespace Commission.Storage.Deals;

/// <summary>Which part of the history; null means any.</summary>
/// <param name="Vertical">Vertical code.</param>
/// <param name="From">First referral date.</param>
/// <param name="To">Last referral date.</param>
public sealed record HistoryFilter(string? Vertical, DateOnly? From, DateOnly? To);

/// <summary>All completed deals, for calculations over the whole history: read as a stream, never held at once.</summary>
public sealed class DealHistory(NpgsqlDataSource dataSource, Serializer serializer)
{
    private const string Where = """
        where status = $1 and ($2::text is null or vertical = $2) and ($3::date is null or referred_on >= $3)
            and ($4::date is null or referred_on <= $4)
        """;

    /// <summary>How many there are.</summary>
    public async Task<long> CountAsync(HistoryFilter filter, CancellationToken cancellationToken)
    {
        await using var command = Command("select count(*) from deal " + Where, filter);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>The deals, in no order.</summary>
    public async IAsyncEnumerable<DealState> ReadAsync(HistoryFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = Command("select payload from deal " + Where, filter);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            yield return serializer.Deserialize<Journaled<DealState>>(reader.GetFieldValue<byte[]>(0))!.State;
    }

    /// <summary>The facts that the ledger keeps of some deals, each deal's in the ledger's order.</summary>
    public async Task<ILookup<DealId, StoredFacts>> ReadFactsAsync(IEnumerable<DealId> deals, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            select deal, posted_at, effective_on, facts from book_entry
            where deal = any($1) and book_id = (select id from book_head where book = $2) and facts is not null
            order by deal, sequence
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. deals.Select(deal => deal.Value)] });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Books.Ledger });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var facts = new List<(DealId Deal, StoredFacts Facts)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            facts.Add((new DealId(reader.GetGuid(0)), new StoredFacts(
                reader.GetFieldValue<DateTimeOffset>(1), reader.GetFieldValue<DateOnly>(2), reader.GetFieldValue<byte[]>(3))));
        }
        return facts.ToLookup(one => one.Deal, one => one.Facts);
    }

    private NpgsqlCommand Command(string sql, HistoryFilter filter)
    {
        var command = dataSource.CreateCommand(sql);
        command.CommandTimeout = 0;
        command.Parameters.Add(new NpgsqlParameter<short> { TypedValue = (short)DealStatus.Complete });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)filter.Vertical ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)filter.From ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Date });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)filter.To ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Date });
        return command;
    }
}

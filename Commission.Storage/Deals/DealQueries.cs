using Commission.Domain;
using Commission.Domain.Deals;
using Npgsql;

namespace Commission.Storage.Deals;

/// <summary>What a list of deals is filtered by; null means any.</summary>
public sealed record DealFilter(
    ContactId? Party, DealStatus? Status, string? Vertical, string? Product, DateOnly? ReferredFrom, DateOnly? ReferredTo);

/// <summary>A deal as lists show it.</summary>
public sealed record DealRow(
    DealId Id, DealStatus Status, string Vertical, string Product, ContactId Referrer, ContactId Receiver, ContactId Client,
    string? BusinessKey, DateOnly ReferredOn, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, long? SettledValueMinor, string? Currency,
    DateOnly? SettledOn, DateOnly? CompletedOn);

/// <summary>Lists of deals: newest first, by keyset, never by offset.</summary>
public sealed class DealQueries(NpgsqlDataSource dataSource)
{
    /// <summary>One page, after a position.</summary>
    public async Task<IReadOnlyList<DealRow>> ListAsync(
        DealFilter filter, DateTimeOffset? beforeTime, string? beforeId, int limit, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand();
        var where = new List<string>();
        string Parameter(object value)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
            return $"${command.Parameters.Count}";
        }
        if (filter.Party is { } party)
            where.Add($"{Parameter(party.Value)} in (referrer, receiver)");
        if (filter.Status is { } status)
            where.Add($"status = {Parameter((short)status)}");
        if (filter.Vertical is { } vertical)
            where.Add($"vertical = {Parameter(vertical)}");
        if (filter.Product is { } product)
            where.Add($"product = {Parameter(product)}");
        if (filter.ReferredFrom is { } from)
            where.Add($"referred_on >= {Parameter(from)}");
        if (filter.ReferredTo is { } to)
            where.Add($"referred_on <= {Parameter(to)}");
        if (beforeTime is { } time && beforeId is not null)
            where.Add($"(created_at, id) < ({Parameter(time.UtcDateTime)}, {Parameter(beforeId)})");
        command.CommandText = $"""
            select id, status, vertical, product, referrer, receiver, client, business_key, referred_on, created_at, updated_at,
                settled_value_minor, currency, settled_on, completed_on
            from deal {(where.Count == 0 ? "" : "where " + string.Join(" and ", where))}
            order by created_at desc, id desc limit {Parameter(limit)}
            """;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<DealRow>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(Row(reader));
        return rows;
    }

    /// <summary>Deals that have recorded balances, in the order of their ids, after one.</summary>
    public async Task<IReadOnlyList<DealId>> ListWithBalancesAsync(
        string? vertical, string afterId, int limit, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("""
            select id from deal where trail_months > 0 and id > $1 and ($2::text is null or vertical = $2) order by id limit $3
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = afterId });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)vertical ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var deals = new List<DealId>();
        while (await reader.ReadAsync(cancellationToken))
            deals.Add(TypedId.Parse<DealId>(reader.GetString(0)));
        return deals;
    }

    private static DealRow Row(NpgsqlDataReader reader) => new(
        TypedId.Parse<DealId>(reader.GetString(0)), (DealStatus)reader.GetInt16(1), reader.GetString(2), reader.GetString(3),
        ContactId.From(reader.GetGuid(4)), ContactId.From(reader.GetGuid(5)), ContactId.From(reader.GetGuid(6)),
        Text(reader, 7), reader.GetFieldValue<DateOnly>(8), reader.GetFieldValue<DateTimeOffset>(9),
        reader.GetFieldValue<DateTimeOffset>(10), reader.GetFieldValue<long?>(11), Text(reader, 12),
        reader.GetFieldValue<DateOnly?>(13), reader.GetFieldValue<DateOnly?>(14));

    // Npgsql reads null into a nullable value, but not into a string.
    private static string? Text(NpgsqlDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);
}

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

    private static DealRow Row(NpgsqlDataReader reader) => new(
        TypedId.Parse<DealId>(reader.GetString(0)), (DealStatus)reader.GetInt16(1), reader.GetString(2), reader.GetString(3),
        ContactId.From(reader.GetGuid(4)), ContactId.From(reader.GetGuid(5)), ContactId.From(reader.GetGuid(6)),
        Text(reader, 7), reader.GetFieldValue<DateOnly>(8), reader.GetFieldValue<DateTimeOffset>(9),
        reader.GetFieldValue<DateTimeOffset>(10), reader.GetFieldValue<long?>(11), Text(reader, 12),
        reader.GetFieldValue<DateOnly?>(13), reader.GetFieldValue<DateOnly?>(14));

    // GetFieldValue reads null as a Nullable only, never as a text.
    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}

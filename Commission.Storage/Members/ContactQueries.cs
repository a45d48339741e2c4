using Commission.Domain;
using Commission.Domain.Members;
using Npgsql;

namespace Commission.Storage.Members;

/// <summary>A contact as lists show it.</summary>
public sealed record ContactRow(ContactId Id, ContactType Type, string Name, ContactId? Upline, DateTimeOffset CreatedAt);

/// <summary>Lists of contacts: newest first, by keyset.</summary>
public sealed class ContactQueries(NpgsqlDataSource dataSource)
{
    /// <summary>One page, after a position.</summary>
    public async Task<IReadOnlyList<ContactRow>> ListAsync(
        ContactType? type, DateTimeOffset? beforeTime, string? beforeId, int limit, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("""
            select id, type, name, upline, created_at from contact
            where ($1::smallint is null or type = $1)
              and ($2::timestamptz is null or (created_at, id) < ($2, $3::text))
            order by created_at desc, id desc limit $4
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)(short?)type ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Smallint });
        command.Parameters.Add(new NpgsqlParameter
        {
            Value = (object?)beforeTime?.UtcDateTime ?? DBNull.Value,
            NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz,
        });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)beforeId ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<ContactRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new ContactRow(
                TypedId.Parse<ContactId>(reader.GetString(0)), (ContactType)reader.GetInt16(1), reader.GetString(2),
                reader.GetFieldValue<Guid?>(3) is { } upline ? ContactId.From(upline) : null, reader.GetFieldValue<DateTimeOffset>(4)));
        }
        return rows;
    }
}

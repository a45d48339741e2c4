using Commission.Domain;
using Commission.Domain.Agreements;
using Commission.Domain.Rules;
using Npgsql;
using NpgsqlTypes;

namespace Commission.Storage.Agreements;

/// <summary>An agreement as lists show it.</summary>
public sealed record AgreementRow(AgreementId Id, string Reference, AgreementKind Kind, ContactId? Party, DateTimeOffset ExecutedAt, DateTimeOffset? EndedAt);

/// <summary>Reads of agreements.</summary>
public sealed class AgreementQueries(NpgsqlDataSource dataSource)
{
    /// <summary>One page, newest first, after a position.</summary>
    public async Task<IReadOnlyList<AgreementRow>> ListAsync(
        DateTimeOffset? beforeTime, string? beforeId, int limit, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("""
            select id, reference, kind, party, executed_at, ended_at from agreement
            where $1::timestamptz is null or (executed_at, id) < ($1, $2::text)
            order by executed_at desc, id desc limit $3
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)beforeTime?.UtcDateTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)beforeId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<AgreementRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new AgreementRow(
                TypedId.Parse<AgreementId>(reader.GetString(0)), reader.GetString(1), (AgreementKind)reader.GetInt16(2),
                reader.GetFieldValue<Guid?>(3) is { } party ? ContactId.From(party) : null, reader.GetFieldValue<DateTimeOffset>(4),
                reader.GetFieldValue<DateTimeOffset?>(5)));
        }
        return rows;
    }

    /// <summary>How the agreement with this reference stands: what is committed, not what a grain is about to write.</summary>
    public async Task<GoverningAgreement> FindStandingAsync(string reference, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("select ended_at is null from agreement where reference = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = reference });
        return await command.ExecuteScalarAsync(cancellationToken) switch
        {
            true => GoverningAgreement.InForce,
            false => GoverningAgreement.Ended,
            _ => GoverningAgreement.Unknown,
        };
    }

    /// <summary>Agreements whose contact or draft is still to be made.</summary>
    public async Task<IReadOnlyList<string>> ListUnfinishedAsync(int limit, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("select id from agreement where unfinished limit $1");
        command.Parameters.Add(new NpgsqlParameter { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
            ids.Add(reader.GetString(0));
        return ids;
    }
}

using Commission.Domain.Notifications;
using Npgsql;

namespace Commission.Storage.Notifications;

/// <summary>Writes messages in somebody's transaction; what was told before is not told again.</summary>
internal static class NotificationRows
{
    public static async Task InsertAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyCollection<NotificationDraft> drafts, CancellationToken cancellationToken)
    {
        if (drafts.Count == 0)
            return;
        await using var command = new NpgsqlCommand("""
            insert into notification (id, kind, contact, facts, created_at, state)
            select n.id, n.kind, n.contact, n.facts, n.created_at, 1
            from unnest($1::uuid[], $2::smallint[], $3::uuid[], $4::bytea[], $5::timestamptz[]) as n(id, kind, contact, facts, created_at)
            order by n.id on conflict (id) do nothing
            """, connection, transaction);
        foreach (var column in (ReadOnlySpan<object>)
        [
            drafts.Select(draft => draft.Id.Value).ToArray(), drafts.Select(draft => (short)draft.Kind).ToArray(),
            drafts.Select(draft => draft.Contact?.Value).ToArray(), drafts.Select(draft => draft.Facts).ToArray(),
            drafts.Select(draft => draft.At.UtcDateTime).ToArray(),
        ])
            command.Parameters.Add(new NpgsqlParameter { Value = column });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

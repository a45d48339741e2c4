using Commission.Domain.Guarantees;
using Commission.Storage.GroupCommit;
using Npgsql;

namespace Commission.Storage.Guarantees;

/// <summary>Compares the columns beside stored states with what the states give.</summary>
internal static class StateColumns
{
    /// <summary>Finds rows with a column that says otherwise than its state.</summary>
    /// <param name="connection">Where the table is.</param>
    /// <param name="table">The table.</param>
    /// <param name="ids">Rows.</param>
    /// <param name="states">Their states, as the table's columns take them, in the same order.</param>
    /// <param name="findings">Where to say it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task CompareAsync(
        NpgsqlConnection connection, StateTable table, IReadOnlyCollection<string> ids, IReadOnlyList<object> states, Findings findings,
        CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Sql(table), connection) { CommandTimeout = 0 };
        command.Parameters.Add(new NpgsqlParameter { Value = ids.ToArray() });
        foreach (var column in table.Columns)
            command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = column.Type | NpgsqlTypes.NpgsqlDbType.Array, Value = column.ToArray(states) });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (!reader.IsDBNull(1))
                findings.Break(reader.GetString(0), $"column {reader.GetString(1)} of its row is not what its state says");
        }
    }

    /// <summary>Names the first column of a row that is not what its state gives.</summary>
    private static string Sql(StateTable table) => $"""
        select d.id, case {string.Concat(table.Columns.Select(column => $" when d.{column.Name} is distinct from k.{column.Name} then '{column.Name}'"))} end
        from {table.Name} d
        join unnest($1::text[]{string.Concat(table.Columns.Select((column, i) => $", ${i + 2}::{column.SqlType}[]"))})
            as k(id{string.Concat(table.Columns.Select(column => $", {column.Name}"))}) on k.id = d.id
        """;
}

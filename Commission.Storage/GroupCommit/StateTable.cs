using NpgsqlTypes;

namespace Commission.Storage.GroupCommit;

/// <summary>A projected column of a state table, beside id, version and payload.</summary>
/// <param name="Name">Column name.</param>
/// <param name="Type">Its PostgreSQL type; parameters are arrays of it.</param>
/// <param name="SqlType">The type's name in SQL.</param>
/// <param name="Mutable">Whether an update writes it; an index must never hold a mutable column.</param>
/// <param name="ToArray">The column's values for a batch of states.</param>
public sealed record StateColumn(string Name, NpgsqlDbType Type, string SqlType, bool Mutable, Func<IReadOnlyList<object>, Array> ToArray)
{
    /// <summary>A column that is a function of the state.</summary>
    public static StateColumn Of<TState, TValue>(
        string name, NpgsqlDbType type, string sqlType, Func<TState, TValue> value, bool mutable = false) =>
        new(name, type, sqlType, mutable, states =>
        {
            var values = new TValue[states.Count];
            for (var i = 0; i < values.Length; i++)
                values[i] = value((TState)states[i]);
            return values;
        });
}

/// <summary>The table of one state type: a state's name in <c>[PersistentState]</c> is its table's name.</summary>
/// <param name="Name">Table name.</param>
/// <param name="Columns">Projected columns.</param>
public sealed record StateTable(string Name, IReadOnlyList<StateColumn> Columns)
{
    /// <summary>The table in which simulations keep states of this name: nothing lists them, so it has no further columns.</summary>
    public static StateTable Simulated(string name) => new(SimulatedName(name), []);

    /// <summary>That table's name.</summary>
    public static string SimulatedName(string name) => $"sim_{name}";

    /// <summary>
    /// The statement of a batch. A version that does not fit leaves the count short, and the division by zero aborts the
    /// whole batch: states, outbox and all.
    /// </summary>
    public string WriteSql()
    {
        var names = string.Concat(Columns.Select(column => $", {column.Name}"));
        var parameters = string.Concat(Columns.Select((column, i) => $", ${i + 8}::{column.SqlType}[]"));
        var updates = string.Concat(Columns.Where(column => column.Mutable).Select(column => $", {column.Name} = excluded.{column.Name}"));
        return $"""
            with w as (
                insert into {Name} as s (id, version, payload{names})
                select * from unnest($1::text[], $2::int[], $3::bytea[]{parameters})
                on conflict (id) do update set version = excluded.version, payload = excluded.payload{updates}
                where s.version = excluded.version - 1
                returning 1),
            o as (
                insert into outbox (id, book, payload)
                select * from unnest($5::bigint[], $6::text[], $7::bytea[])
                returning 1)
            select 1 / (case when (select count(*) from w) = $4 then 1 else 0 end), (select count(*) from o)
            """;
    }

    /// <summary>Reads states.</summary>
    public string ReadSql => $"select id, version, payload from {Name} where id = any($1)";

    /// <summary>Leaves a tombstone: the version goes on, so that a stale writer cannot bring the state back.</summary>
    public string ClearSql => $"update {Name} set version = version + 1, payload = null where id = $1 and version = $2";
}

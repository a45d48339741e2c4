using Commission.Cli.Deals.Csv;
using Commission.Cli.Deals.Expressions;

namespace Commission.Cli.Deals.Mappings;

/// <summary>Binds the names in a mapping to the columns of the file and of its lookups; finds every missing one at once.</summary>
internal sealed class RowSchema
{
    private readonly CsvTable _table;
    private readonly ImportMapping _mapping;
    private readonly Dictionary<string, Lookup> _lookups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Func<Row, string>> _columns = new(StringComparer.Ordinal);
    private readonly List<string> _problems = [];

    private RowSchema(ImportMapping mapping, CsvTable table)
    {
        _mapping = mapping;
        _table = table;
    }

    /// <exception cref="MappingException">A column or a lookup file is missing.</exception>
    public static RowSchema Bind(ImportMapping mapping, CsvTable table, string lookupFolder)
    {
        var schema = new RowSchema(mapping, table);
        foreach (var (name, lookup) in mapping.Lookups)
        {
            // Bound before it is known itself, so that lookups may use earlier ones but never run in a circle.
            schema.BindColumns(lookup.On);
            schema._lookups.Add(name, Lookup.Load(lookup, lookupFolder));
        }

        foreach (var (name, column) in mapping.Columns)
            schema.BindColumn(name, column.Path);
        foreach (var expression in Expressions(mapping))
            schema.BindColumns(expression);
        return schema._problems.Count == 0 ? schema : throw new MappingException([.. schema._problems.Distinct()]);
    }

    public IRow RowOf(CsvRecord record, int number) => new Row(this, record, number);

    private static IEnumerable<MappedExpression> Expressions(ImportMapping mapping)
    {
        MappedExpression?[] all =
        [
            mapping.Where, mapping.Key, mapping.Referrer.Name, mapping.Upline?.Name, mapping.Receiver.Name, mapping.Client.Name,
            mapping.Vertical, mapping.Product, mapping.StageValue, mapping.AmountMinor, mapping.Reason,
            .. mapping.Dates.Values.Select(date => date.Date),
        ];
        return all.OfType<MappedExpression>();
    }

    private void BindColumns(MappedExpression expression)
    {
        foreach (var name in expression.Root.Columns())
            BindColumn(name, expression.Path);
    }

    private void BindColumn(string name, string path)
    {
        if (_columns.ContainsKey(name))
            return;
        if (Raw(name, path) is not { } raw)
            return;

        _columns[name] = _mapping.Columns.TryGetValue(name, out var cleaning) ? row => Clean(raw(row), cleaning) : raw;
    }

    private Func<Row, string>? Raw(string name, string path)
    {
        if (_table.Ambiguous.Contains(name))
        {
            _problems.Add($"{path}: the column '{name}' stands more than once in {_table.Name}");
            return null;
        }

        if (_table.Has(name))
        {
            var index = _table.IndexOf(name);
            return _table.Trim ? row => row.Record.Fields[index].Trim() : row => row.Record.Fields[index];
        }

        var dot = name.IndexOf('.', StringComparison.Ordinal);
        if (dot > 0 && _lookups.TryGetValue(name[..dot], out var lookup))
        {
            var column = name[(dot + 1)..];
            if (lookup.Columns.Contains(column, StringComparer.Ordinal))
                return row => lookup.Value(column, row);
            _problems.Add($"{path}: {Lookup.MissingColumn(column, _mapping.Lookups[name[..dot]].File, lookup.Columns)}");
            return null;
        }

        _problems.Add($"{path}: {Lookup.MissingColumn(name, _table.Name, _table.Headers)}");
        return null;
    }

    private static string Clean(string text, MappedColumn cleaning)
    {
        text = cleaning.Map.GetValueOrDefault(text, text);
        return text.Length == 0 ? cleaning.Default ?? "" : text;
    }

    private sealed class Row(RowSchema schema, CsvRecord record, int number) : IRow
    {
        public CsvRecord Record => record;

        public int Number => number;

        public NumberFormat Numbers => schema._mapping.Numbers;

        public string Column(string name) => schema._columns[name](this);
    }
}

using Commission.Cli.Deals.Csv;
using Commission.Cli.Deals.Expressions;

namespace Commission.Cli.Deals.Mappings;

/// <summary>A joined CSV file, held in memory.</summary>
internal sealed class Lookup
{
    private readonly MappedLookup _mapped;
    private readonly Dictionary<string, int> _columns;
    private readonly Dictionary<string, string[]> _rows = new(StringComparer.Ordinal);

    private Lookup(MappedLookup mapped, CsvTable table)
    {
        _mapped = mapped;
        _columns = table.Headers.Where(name => !table.Ambiguous.Contains(name)).ToDictionary(name => name, table.IndexOf, StringComparer.Ordinal);
        Fill(table);
    }

    public IReadOnlyCollection<string> Columns => _columns.Keys;

    public static Lookup Load(MappedLookup mapped, string folder)
    {
        try
        {
            using var table = CsvTable.Open(Path.Combine(folder, mapped.File), mapped.Csv);
            return table.Has(mapped.Key)
                ? new Lookup(mapped, table)
                : throw new MappingException($"{mapped.Path}.key", MissingColumn(mapped.Key, table.Name, table.Headers));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new MappingException($"{mapped.Path}.file", problem.Message);
        }
    }

    public static string MissingColumn(string column, string table, IEnumerable<string> columns) =>
        $"there is no column '{column}' in {table}; its columns are: {string.Join(", ", columns)}";

    /// <summary>The cell of the row that <c>on</c> points to.</summary>
    public string Value(string column, IRow row)
    {
        var key = Evaluator.Text(_mapped.On.Root, row);
        if (_rows.TryGetValue(key, out var fields))
            return fields[_columns[column]];
        return _mapped.Optional
            ? ""
            : throw new ExpressionException("LOOKUP_MISSING", $"{_mapped.File} has no row with {_mapped.Key} '{key}'");
    }

    private void Fill(CsvTable table)
    {
        var key = table.IndexOf(_mapped.Key);
        foreach (var record in table.Records())
        {
            if (record.FaultCode is not null)
                throw new MappingException($"{_mapped.Path}.file", $"{table.Name} line {record.Line}: {record.Fault}");
            string[] fields = table.Trim ? Array.ConvertAll(record.Fields, field => field.Trim()) : record.Fields;
            if (!_rows.TryAdd(fields[key], fields) && !_rows[fields[key]].SequenceEqual(fields, StringComparer.Ordinal))
                throw new MappingException($"{_mapped.Path}.key", $"{table.Name} line {record.Line}: {_mapped.Key} '{fields[key]}' stands there twice with different values");
        }
    }
}

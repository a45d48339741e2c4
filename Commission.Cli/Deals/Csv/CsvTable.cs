using System.Text;

namespace Commission.Cli.Deals.Csv;

/// <summary>How the file is written. <see cref="Headers"/> names the columns of a file that has no header line.</summary>
internal sealed record CsvFormat(char Delimiter, Encoding Encoding, int SkipLines, IReadOnlyList<string>? Headers, bool Trim)
{
    public static readonly CsvFormat Default = new(',', Encoding.UTF8, 0, null, true);
}

/// <summary>A CSV file with named columns, open for reading more than once; while it is open nobody may write to it.</summary>
internal sealed class CsvTable : IDisposable
{
    private readonly FileStream _stream;
    private readonly CsvFormat _format;
    private readonly Dictionary<string, int> _columns = new(StringComparer.Ordinal);

    private CsvTable(string name, FileStream stream, CsvFormat format)
    {
        Name = name;
        _stream = stream;
        _format = format;
        Headers = ReadHeaders();
        for (var i = 0; i < Headers.Count; i++)
        {
            if (!_columns.TryAdd(Headers[i], i))
                Ambiguous.Add(Headers[i]);
        }
    }

    public string Name { get; }

    public IReadOnlyList<string> Headers { get; }

    /// <summary>Names that stand twice in the header: they cannot be used, since nobody could say which is meant.</summary>
    public HashSet<string> Ambiguous { get; } = new(StringComparer.Ordinal);

    public bool Trim => _format.Trim;

    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file has no header.</exception>
    public static CsvTable Open(string path, CsvFormat format)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            return new CsvTable(Path.GetFileName(path), stream, format);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    public bool Has(string column) => _columns.ContainsKey(column);

    public int IndexOf(string column) => _columns[column];

    /// <summary>The data records from the first; a record with the wrong number of columns carries a fault.</summary>
    public IEnumerable<CsvRecord> Records()
    {
        var reader = Rewind();
        if (_format.Headers is null)
            reader.Read();
        while (reader.Read() is { } record)
        {
            if (record.FaultCode is not null || record.Fields.Length == Headers.Count)
            {
                yield return record;
                continue;
            }

            reader.GiveBack();
            var fault = $"the row has {record.Fields.Length} columns, the header has {Headers.Count}";
            yield return record with { FaultCode = "COLUMN_COUNT", Fault = fault };
        }
    }

    public void Dispose() => _stream.Dispose();

    private string[] ReadHeaders()
    {
        if (_format.Headers is { } given)
            return [.. given];

        var header = Rewind().Read() ?? throw new InvalidDataException($"{Name} is empty: it has no header line");
        return header.FaultCode is null
            ? [.. header.Fields.Select(field => _format.Trim ? field.Trim() : field)]
            : throw new InvalidDataException($"{Name} line {header.Line}: {header.Fault}");
    }

    private CsvReader Rewind()
    {
        _stream.Position = 0;
        var text = new StreamReader(_stream, _format.Encoding, detectEncodingFromByteOrderMarks: true, bufferSize: 65_536, leaveOpen: true);
        var reader = new CsvReader(text, _format.Delimiter);
        reader.SkipLines(_format.SkipLines);
        return reader;
    }
}

using System.Text;

namespace Commission.Cli.Deals.Csv;

/// <summary>One record of the file. <see cref="Line"/> is where it starts, counted from 1 as an editor counts.</summary>
internal sealed record CsvRecord(int Line, string[] Fields, string? FaultCode = null, string? Fault = null);

/// <summary>
/// Reads RFC 4180 with any delimiter. Written by hand for one reason: a quote that is never closed must cost one row, with its
/// line number, and not swallow the rest of the file. To that end it works on physical lines and can give them back.
/// </summary>
internal sealed class CsvReader(TextReader reader, char delimiter)
{
    /// <summary>A quoted field may run over lines, but hardly over this many: beyond it the quote is taken for a mistake.</summary>
    private const int RecordLineLimit = 200;

    private readonly Stack<string> _givenBack = new();
    private readonly List<string> _continuation = [];
    private int _line;

    /// <summary>Skips lines that are no part of the table, such as a title above the header.</summary>
    public void SkipLines(int count)
    {
        for (var i = 0; i < count; i++)
            NextLine();
    }

    /// <summary>The next record that is not an empty line; null at the end.</summary>
    public CsvRecord? Read()
    {
        string? line;
        do
            line = NextLine();
        while (line is { Length: 0 });
        return line is null ? null : ReadRecord(line);
    }

    /// <summary>
    /// Makes the lines after the first of the last record be read again, each as a record of its own: a record that turned out wrong
    /// may have swallowed good ones by a stray quote.
    /// </summary>
    public void GiveBack()
    {
        for (var i = _continuation.Count - 1; i >= 0; i--)
            _givenBack.Push(_continuation[i]);
        _line -= _continuation.Count;
        _continuation.Clear();
    }

    private CsvRecord ReadRecord(string first)
    {
        _continuation.Clear();
        var start = _line;
        var text = new StringBuilder(first);
        while (true)
        {
            switch (Split(text.ToString(), delimiter, out var fields))
            {
                case Outcome.Complete:
                    return Checked(new CsvRecord(start, fields));
                case Outcome.TextAfterQuote:
                    GiveBack();
                    return new CsvRecord(start, fields, "QUOTE_MALFORMED", "text follows a closing quote; double the quotes inside a quoted field");
                case Outcome.QuoteOpen when _continuation.Count < RecordLineLimit && NextLine() is { } more:
                    _continuation.Add(more);
                    text.Append('\n').Append(more);
                    break;
                default:
                    GiveBack();
                    return new CsvRecord(start, [], "QUOTE_UNTERMINATED", "a quote is opened and never closed");
            }
        }
    }

    private static CsvRecord Checked(CsvRecord record) => Array.Exists(record.Fields, field => field.Contains('\uFFFD'))
        ? record with { FaultCode = "ENCODING_INVALID", Fault = "the row holds bytes that are not valid in the encoding of the mapping" }
        : record;

    private string? NextLine()
    {
        var line = _givenBack.TryPop(out var givenBack) ? givenBack : reader.ReadLine();
        if (line is not null)
            _line++;
        return line;
    }

    private enum Outcome
    {
        Complete,
        QuoteOpen,
        TextAfterQuote,
    }

    /// <summary>A quote counts only at the start of a field: <c>5" pipe</c> is a plain text, as spreadsheets write it.</summary>
    private static Outcome Split(string text, char delimiter, out string[] fields)
    {
        var found = new List<string>();
        var at = 0;
        while (true)
        {
            if (at < text.Length && text[at] == '"')
            {
                if (!TakeQuoted(text, ref at, out var quoted))
                {
                    fields = [];
                    return Outcome.QuoteOpen;
                }

                found.Add(quoted);
                if (at < text.Length && text[at] != delimiter)
                {
                    fields = [.. found];
                    return Outcome.TextAfterQuote;
                }
            }
            else
            {
                var end = text.IndexOf(delimiter, at);
                found.Add(end < 0 ? text[at..] : text[at..end]);
                at = end < 0 ? text.Length : end;
            }

            if (at >= text.Length)
                break;
            at++;
        }

        fields = [.. found];
        return Outcome.Complete;
    }

    private static bool TakeQuoted(string text, ref int at, out string field)
    {
        var content = new StringBuilder();
        for (at++; at < text.Length; at++)
        {
            if (text[at] != '"')
            {
                content.Append(text[at]);
            }
            else if (at + 1 < text.Length && text[at + 1] == '"')
            {
                content.Append('"');
                at++;
            }
            else
            {
                at++;
                field = content.ToString();
                return true;
            }
        }

        field = "";
        return false;
    }
}

using Commission.Cli.Deals.Csv;
using Commission.Cli.Deals.Mappings;
using Commission.Cli.Members;

namespace Commission.Cli.Deals;

/// <summary>
/// A CSV file with its mapping, both checked. The file is read twice, once to account for every row and to learn which contacts it needs,
/// once to send: so that no more than a few batches are ever in memory.
/// </summary>
internal sealed class ImportFile : IDisposable
{
    private readonly CsvTable _table;
    private readonly RowSchema _schema;

    private ImportFile(ImportMapping mapping, CsvTable table, RowSchema schema)
    {
        Mapping = mapping;
        _table = table;
        _schema = schema;
    }

    public ImportMapping Mapping { get; }

    /// <exception cref="MappingException">The mapping does not fit the file, or one of them cannot be read.</exception>
    public static ImportFile Open(string csvPath, ImportMapping mapping)
    {
        CsvTable table;
        try
        {
            table = CsvTable.Open(csvPath, mapping.Csv);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new MappingException([problem.Message]);
        }

        try
        {
            return new ImportFile(mapping, table, RowSchema.Bind(mapping, table, Path.GetDirectoryName(Path.GetFullPath(csvPath))!));
        }
        catch
        {
            table.Dispose();
            throw;
        }
    }

    public IEnumerable<RowOutcome> Rows()
    {
        var translator = new RowTranslator(Mapping, _schema);
        return _table.Records().Select(translator.Translate);
    }

    /// <summary>The first reading: counts every row, reports the bad ones, collects the contacts of the good ones.</summary>
    public ContactPlan Check(ImportTally tally, BadRowReport report, Action<Referral>? good = null)
    {
        var contacts = new ContactPlan();
        foreach (var outcome in Rows())
        {
            tally.CountRow(outcome);
            if (outcome.Bad is { } bad)
                report.Add(bad);
            if (outcome.Referral is not { } referral)
                continue;

            contacts.Add(referral.Referrer, referral.Upline);
            contacts.Add(referral.Receiver);
            contacts.Add(referral.Client);
            if (referral.Upline is { } upline)
                contacts.Add(upline);
            good?.Invoke(referral);
        }

        return contacts;
    }

    public void Dispose() => _table.Dispose();
}

using System.Text;
using Commission.Cli.Deals;
using Commission.Cli.Deals.Mappings;
using Xunit;

namespace Commission.Cli.Tests.Deals;

public sealed class RowTranslationTests
{
    private const string Header = ImportScenario.Header;

    [Theory]
    [InlineData("1,Ann,Acme,won,2020-01-01,2020-02-01\n", "COLUMN_COUNT", null)]
    [InlineData("1,Ann,Acme,won,2020-01-01,2020-02-01,10,x\n", "COLUMN_COUNT", null)]
    [InlineData("1,Ann,\"Ac\"me,won,2020-01-01,2020-02-01,10\n", "QUOTE_MALFORMED", null)]
    [InlineData("1,Ann,\"Acme,won,2020-01-01,2020-02-01,10\n", "QUOTE_UNTERMINATED", null)]
    [InlineData(",Ann,Acme,won,2020-01-01,2020-02-01,10\n", "VALUE_MISSING", "key")]
    [InlineData("1,,Acme,won,2020-01-01,2020-02-01,10\n", "VALUE_MISSING", "referrer")]
    [InlineData("1,Ann,Acme,stuck,2020-01-01,2020-02-01,10\n", "STAGE_UNMAPPED", "stage")]
    [InlineData("1,Ann,Acme,won,01/01/2020,2020-02-01,10\n", "NOT_A_DATE", "referred")]
    [InlineData("1,Ann,Acme,won,2020-01-01,,10\n", "VALUE_MISSING", "settled")]
    [InlineData("1,Ann,Acme,won,2020-03-01,2020-02-01,10\n", "DATE_ORDER", "settled")]
    [InlineData("1,Ann,Acme,won,2020-01-01,2020-02-01,ten\n", "NOT_A_NUMBER", "amountMinor")]
    [InlineData("1,Ann,Acme,won,2020-01-01,2020-02-01,\n", "NUMBER_MISSING", "amountMinor")]
    [InlineData("1,Ann,Acme,won,2020-01-01,2020-02-01,1.005\n", "AMOUNT_NOT_WHOLE", "amountMinor")]
    [InlineData("1,Ann,Acme,won,2020-01-01,2020-02-01,0\n", "AMOUNT_NOT_POSITIVE", "amountMinor")]
    [InlineData("1,Ann,Acme,won,2020-01-01,2020-02-01,-5\n", "AMOUNT_NOT_POSITIVE", "amountMinor")]
    [InlineData("1,Ann,Acme,won,2020-01-01,2020-02-01,99999999999999999\n", "OVERFLOW", "amountMinor")]
    public void Bad_row_does_not_stop_the_rest(string bad, string code, string? field)
    {
        using var scenario = new ImportScenario();

        var rows = scenario.Rows(Header + ImportScenario.Won("a") + bad + ImportScenario.Won("b") + ImportScenario.Won("c"));

        Assert.Equal((code, field, 3), (rows[1].Bad!.Code, rows[1].Bad!.Field, rows[1].Bad!.Line));
        Assert.Equal(["test:a", "test:b", "test:c"], rows.Where(row => row.Referral is not null).Select(row => row.Referral!.Key));
    }

    [Fact]
    public void Second_row_with_a_key_names_the_line_of_the_first()
    {
        using var scenario = new ImportScenario();

        var rows = scenario.Rows(Header + ImportScenario.Won("a") + ImportScenario.Won("b") + ImportScenario.Won("a"));

        Assert.Equal(new BadRow(4, "test:a", "DUPLICATE_KEY", "key", "the key stands already on line 2"), rows[2].Bad);
    }

    [Fact]
    public void Byte_order_mark_and_windows_line_ends_make_no_difference()
    {
        using var scenario = new ImportScenario();
        var csv = (Header + ImportScenario.Won("a") + ImportScenario.Won("b")).Replace("\n", "\r\n", StringComparison.Ordinal);

        var rows = scenario.Rows([.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(csv)]);

        Assert.Equal([2, 3], rows.Select(row => row.Referral!.Line));
        Assert.Equal(1000, rows[1].Referral!.SettledValueMinor);
    }

    [Fact]
    public void Quoted_fields_hold_delimiters_quotes_and_line_ends_and_lines_are_still_counted_right()
    {
        using var scenario = new ImportScenario();

        var rows = scenario.Rows(Header + "1,Ann,\"Acme, \"\"the\r\nbest\"\"\",won,2020-01-01,2020-02-01,10\n\n" + ImportScenario.Won("2"));

        Assert.Equal("Acme, \"the\nbest\"", rows[0].Referral!.Client.Name);
        Assert.Equal(5, rows[1].Referral!.Line);
    }

    [Theory]
    [InlineData("x,\"Ann,Acme,won,2020-01-01,2020-02-01,10\n", "2,\"Ann\",Acme,won,2020-01-01,2020-02-01,10\n", "QUOTE_MALFORMED")]
    [InlineData("x,Ann,\"Acme,won,2020-01-01,2020-02-01,10\n", "2,Ann\",Acme,won,2020-01-01,2020-02-01,10\n", "COLUMN_COUNT")]
    public void Stray_quote_does_not_swallow_the_next_row(string stray, string next, string code)
    {
        using var scenario = new ImportScenario();

        var rows = scenario.Rows(Header + stray + next + ImportScenario.Won("3"));

        Assert.Equal((code, 2), (rows[0].Bad!.Code, rows[0].Bad!.Line));
        Assert.Equal([("test:2", 3), ("test:3", 4)], rows.Skip(1).Select(row => (row.Referral!.Key, row.Referral.Line)));
    }

    [Fact]
    public void Bytes_of_another_encoding_are_a_bad_row_unless_the_mapping_names_it()
    {
        using var scenario = new ImportScenario();
        var latin = Encoding.Latin1.GetBytes(Header + ImportScenario.Won("a").Replace("Acme", "Café", StringComparison.Ordinal));

        Assert.Equal("ENCODING_INVALID", Assert.Single(scenario.Rows(latin)).Bad!.Code);
        Assert.Equal("Café", Assert.Single(scenario.With("encoding", "\"windows-1252\"").Rows(latin)).Referral!.Client.Name);
    }

    [Fact]
    public void Header_only_is_a_file_with_no_rows()
    {
        using var scenario = new ImportScenario();

        Assert.Empty(scenario.Rows(Header));
    }

    [Fact]
    public void Title_lines_are_skipped_and_missing_headers_are_given_by_the_mapping()
    {
        using var scenario = new ImportScenario().With("skipLines", "1")
            .With("headers", """["id", "agent", "client", "stage", "opened", "closed", "value"]""");

        var referral = Assert.Single(scenario.Rows("Sales 2020\n" + ImportScenario.Won("a"))).Referral!;

        Assert.Equal((2, "test:a"), (referral.Line, referral.Key));
    }

    [Fact]
    public void Keys_that_are_not_ASCII_stay_apart()
    {
        using var scenario = new ImportScenario();

        var rows = scenario.Rows(Header + ImportScenario.Won("é 1") + ImportScenario.Won("%C3%A9%201"));

        Assert.Equal(["test:%C3%A9%201", "test:%25C3%25A9%25201"], rows.Select(row => row.Referral!.Key));
    }

    [Theory]
    [InlineData("lost,2020-01-01,2020-02-01,", "referred,acknowledged,intake,withdrawn")]
    [InlineData("open,2020-01-01,,", "referred")]
    [InlineData("won,2020-01-01,2020-02-01,7", "referred,acknowledged,intake,settled,completed")]
    public void Stage_decides_which_dates_are_sent(string cells, string steps)
    {
        using var scenario = new ImportScenario();

        var referral = Assert.Single(scenario.Rows($"{Header}1,Ann,Acme,{cells}\n")).Referral!;

        Assert.Equal(steps, string.Join(',', referral.Dates.Select(date => date.Step.ToString().ToLowerInvariant())));
        Assert.Equal(cells.EndsWith('7') ? 700 : null, referral.SettledValueMinor);
    }

    [Fact]
    public void Lookup_without_a_match_is_a_bad_row_unless_it_is_optional()
    {
        using var scenario = new ImportScenario().File("team.csv", "agent,boss\nBob,Cleo\n").With("upline", "\"team.boss\"")
            .With("lookups", """{ "team": { "file": "team.csv", "key": "agent", "on": "agent" } }""");
        var bad = Assert.Single(scenario.Rows(Header + ImportScenario.Won("a"))).Bad!;
        Assert.Equal(("LOOKUP_MISSING", "upline", "team.csv has no row with agent 'Ann'"), (bad.Code, bad.Field, bad.Reason));

        scenario.With("lookups", """{ "team": { "file": "team.csv", "key": "agent", "on": "agent", "optional": true } }""");
        Assert.Null(scenario.Rows(Header + ImportScenario.Won("a"))[0].Referral!.Upline);
    }

    [Fact]
    public void Orders_sample_is_translated_to_the_cent()
    {
        using var file = ImportFile.Open(Repository.Sample("orders", "orders.csv"), MappingReader.Read(Repository.Sample("orders", "mapping.json")));
        var rows = file.Rows().ToList();

        Assert.Equal((20, 2, 17), (rows.Count, rows.Count(row => row.IsFiltered), rows.Count(row => row.Referral is not null)));
        Assert.Equal(
            new BadRow(16, "orders:14", "NOT_A_NUMBER", "amountMinor", "column 'Price' is 'on request', not a number"),
            rows.Single(row => row.Bad is not null).Bad);
        var sun = rows[5].Referral!;
        Assert.Equal(("orders:6", "BATTERY_10", "Petrov \"Sun\" Pty Ltd", 2_999_997L), (sun.Key, sun.Product, sun.Client.Name, sun.SettledValueMinor));
        Assert.Equal((Step.Referred, new DateOnly(2025, 1, 8)), sun.Dates[0]);
        Assert.Null(rows[10].Referral!.Reason);
        Assert.Equal(9_334_585, rows.Sum(row => row.Referral?.SettledValueMinor ?? 0));
    }

    [Fact]
    public void Crm_export_meets_its_control_totals()
    {
        var folder = Repository.CrmFolder();
        Assert.SkipWhen(folder is null, "the CRM data is absent; set COMMISSION_SAMPLE_DATA to the folder that holds crm/");
        using var file = ImportFile.Open(Path.Combine(folder!, "sales_pipeline.csv"), MappingReader.Read(Repository.Sample("crm", "mapping.json")));
        using var report = new BadRowReport(TextWriter.Null, null);
        var tally = new ImportTally();

        var contacts = file.Check(tally, report, tally.CountPlanned);

        Assert.Equal((8800, 0, 0, 8800), (tally.Read, tally.Filtered, tally.Bad, tally.Good));
        Assert.Equal([("Complete", 4238), ("Intake", 1589), ("Intent", 500), ("Withdrawn", 2473)], tally.States.Select(state => (state.Key, state.Value)));
        Assert.Equal(1_000_553_400, tally.SettledValueMinor);
        // 30 agents, 6 managers, 3 offices, 85 accounts and the one that stands for none.
        Assert.Equal(30 + 6 + 3 + 85 + 1, contacts.Count);
    }
}

using System.CommandLine;
using System.Text.Json.Nodes;
using Commission.Cli.Tests.Http;
using Xunit;

namespace Commission.Cli.Tests.Deals;

public sealed class ImportCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ImportScenario _scenario = new();
    private readonly FakeEngine _engine = new();

    public void Dispose()
    {
        _folder.Dispose();
        _scenario.Dispose();
    }

    [Fact]
    public async Task Orders_sample_is_sent_once_and_a_second_run_adds_nothing()
    {
        var first = await ImportAsync(Repository.Sample("orders", "orders.csv"), Repository.Sample("orders", "mapping.json"));
        var contacts = _engine.Contacts.Count;
        var second = await ImportAsync(Repository.Sample("orders", "orders.csv"), Repository.Sample("orders", "mapping.json"));

        Assert.Equal(ExitCode.NotInOrder, first.Code);
        Assert.Contains("created: 17", first.Output);
        Assert.Contains("settled value total: 9334585 AUD minor units", first.Output);
        Assert.Contains("replayed: 17", second.Output);
        Assert.Contains("created: 0", second.Output);
        Assert.Equal((17, contacts), (_engine.Deals.Count, _engine.Contacts.Count));
        Assert.Equal(("SHOWROOM_SOLAR", 1), (Assert.Single(_engine.Verticals).Key, _engine.RuleSets.Count));
    }

    [Fact]
    public async Task Crm_export_is_sent_whole_and_a_second_run_adds_nothing()
    {
        var folder = Repository.CrmFolder();
        Assert.SkipWhen(folder is null, "the CRM data is absent; set COMMISSION_SAMPLE_DATA to the folder that holds crm/");
        var first = await ImportAsync(Path.Combine(folder!, "sales_pipeline.csv"), Repository.Sample("crm", "mapping.json"));
        var second = await ImportAsync(Path.Combine(folder!, "sales_pipeline.csv"), Repository.Sample("crm", "mapping.json"));

        Assert.Equal((ExitCode.Done, ExitCode.Done), (first.Code, second.Code));
        Assert.Equal((8800, 4238, 2473), (Count(first, "created"), Count(first, "state Complete"), Count(first, "state Withdrawn")));
        Assert.Equal((8800, 0, 3), (Count(second, "replayed"), Count(second, "created"), _engine.RuleSets.Count));
        Assert.Contains("settled value total: 1000553400 AUD minor units", second.Output);
    }

    [Fact]
    public async Task A_line_carries_the_steps_of_its_stage_and_nothing_else()
    {
        await ImportAsync(_scenario.Save(ImportScenario.Header + "1,Ann,Acme,open,2020-01-01,,\n"));

        var line = Assert.Single(_engine.Deals).Value;
        Assert.Equal(
            ["client", "currency", "key", "product", "receiver", "referredOn", "referrer", "vertical"],
            line.Select(member => member.Key));
        Assert.Equal("Ann", (string?)_engine.Contacts[(string)line["referrer"]!]["name"]);
    }

    [Fact]
    public async Task Uplines_exist_before_their_members_even_around_a_ring()
    {
        _scenario.With("upline", "\"client\"").With("client", "\"'Customer'\"");
        var result = await ImportAsync(_scenario.Save(ImportScenario.Header
            + "1,Ann,Bob,open,2020-01-01,,\n2,Bob,Cleo,open,2020-01-01,,\n3,Dora,Emil,open,2020-01-01,,\n4,Emil,Dora,open,2020-01-01,,\n"));

        Assert.Equal((ExitCode.Done, 4), (result.Code, _engine.Deals.Count));
        var bob = _engine.Contacts.Single(contact => (string?)contact.Value["name"] == "Bob");
        Assert.Equal(bob.Key, (string?)_engine.Contacts.Values.Single(contact => (string?)contact["name"] == "Ann")["upline"]);
    }

    [Fact]
    public async Task Answer_lost_on_its_way_back_creates_nothing_twice()
    {
        _engine.LosesAnswer = number => number == 1;

        var result = await ImportAsync(_scenario.Save(Rows(10)), batch: 4);

        Assert.Equal((ExitCode.Done, 10), (result.Code, _engine.Deals.Count));
        Assert.Contains("settled value total: 10000 AUD minor units", result.Output);
    }

    [Fact]
    public async Task Refused_batch_is_reported_row_by_row_and_the_next_run_completes_it()
    {
        _engine.Bulk = number => number == 2 ? (413, "{\"code\":\"TOO_LARGE\",\"detail\":\"too large\"}") : null;
        var first = await ImportAsync(_scenario.Save(Rows(10)), batch: 4);
        var second = await ImportAsync(_scenario.Save(Rows(10)), batch: 4);

        Assert.Equal(ExitCode.NotInOrder, first.Code);
        Assert.Equal((10, 10), (Count(first, "created") + Count(first, "rejected by server"), Count(second, "created") + Count(second, "replayed")));
        Assert.Equal((ExitCode.Done, 10), (second.Code, _engine.Deals.Count));
    }

    [Fact]
    public async Task Lines_that_the_engine_had_no_room_for_are_sent_again_and_counted_once()
    {
        var busy = new System.Collections.Concurrent.ConcurrentBag<int>();
        _engine.IsBusy = (bulk, key) =>
        {
            busy.Add(bulk);
            return bulk == 1 && (key.EndsWith('2') || key.EndsWith('4'));
        };

        var result = await ImportAsync(_scenario.Save(Rows(5)));

        Assert.Equal((ExitCode.Done, 5, 5), (result.Code, Count(result, "created"), _engine.Deals.Count));
        Assert.Equal((5, 2), (busy.Count(bulk => bulk == 1), busy.Count(bulk => bulk == 2)));
    }

    [Fact]
    public async Task Refused_row_and_refused_contact_are_in_the_report_with_their_lines()
    {
        var result = await ImportAsync(_scenario.Save(
            Rows(2) + ImportScenario.Won("bad", "6.66") + "x,Ann,<b>,open,2020-01-01,,\n" + ImportScenario.Won("short").Replace(",10", "", StringComparison.Ordinal)));

        Assert.Equal((ExitCode.NotInOrder, 2), (result.Code, _engine.Deals.Count));
        Assert.Equal(
            ["4 RATE_CARD_MISSING product", "5 NAME_INVALID client", "6 COLUMN_COUNT "],
            File.ReadLines(_folder.Path("report.ndjson")).Select(line => JsonNode.Parse(line)!).OrderBy(row => (int)row["line"]!)
                .Select(row => $"{row["line"]} {row["code"]} {row["field"]}"));
        Assert.Contains("line 6: COLUMN_COUNT: the row has 6 columns, the header has 7", result.Errors);
    }

    [Fact]
    public async Task Dry_run_and_a_wrong_mapping_send_nothing()
    {
        var dry = await ImportAsync(_scenario.Save(Rows(3)), extra: "--dry-run");
        _scenario.With("amountMinor", "\"price\"");
        var wrong = await ImportAsync(_scenario.Save(Rows(3)));

        Assert.Equal((ExitCode.Done, ExitCode.Usage), (dry.Code, wrong.Code));
        Assert.Contains("would be sent: 3", dry.Output);
        Assert.Contains("$.amountMinor: there is no column 'price' in rows.csv; its columns are: id, agent, client, stage, opened, closed, value", wrong.Errors);
        Assert.Empty(_engine.Contacts);
    }

    [Theory]
    [InlineData("--batch", "0")]
    [InlineData("--batch", "many")]
    [InlineData("--url", "ftp://example")]
    [InlineData("--frobnicate", "1")]
    public async Task Wrong_arguments_are_a_usage_error(string option, string value)
    {
        var result = await RunAsync("import", "--file", "a.csv", "--mapping", "m.json", option, value);

        Assert.Equal(ExitCode.Usage, result.Code);
    }

    [Fact]
    public async Task Server_that_is_not_there_is_exit_code_three_and_no_row_is_lost_from_the_account()
    {
        Uri gone;
        await using (var server = await FakeServer.StartAsync(_ => Task.CompletedTask))
            gone = server.Url;

        var result = await RunAsync(Arguments(gone, _scenario.Save(Rows(3)), null, 500));

        Assert.Equal(ExitCode.Unreachable, result.Code);
        Assert.Contains("not answered: 3", result.Output);
    }

    [Fact]
    public async Task New_key_file_is_for_its_owner_only_and_is_used_again()
    {
        await ImportAsync(_scenario.Save(Rows(1)));
        var key = await File.ReadAllTextAsync(_folder.Path("service.pem"), TestContext.Current.CancellationToken);
        await ImportAsync(_scenario.Save(Rows(1)));

        Assert.Equal(key, await File.ReadAllTextAsync(_folder.Path("service.pem"), TestContext.Current.CancellationToken));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.Path("service.pem")));
    }

    private static string Rows(int count) =>
        ImportScenario.Header + string.Concat(Enumerable.Range(1, count).Select(number => ImportScenario.Won($"{number}")));

    private static int Count(Result result, string name) =>
        int.Parse(result.Output.Single(line => line.StartsWith($"{name}: ", StringComparison.Ordinal))[(name.Length + 2)..]);

    private async Task<Result> ImportAsync(string file, string? mapping = null, int batch = 500, params string[] extra)
    {
        await using var server = await FakeServer.StartAsync(_engine.HandleAsync);
        return await RunAsync([.. Arguments(server.Url, file, mapping, batch), .. extra]);
    }

    private string[] Arguments(Uri url, string file, string? mapping, int batch) =>
    [
        "import", "--url", url.AbsoluteUri, "--file", file, "--mapping", mapping ?? Path.Combine(_scenario.Folder, "mapping.json"),
        "--batch", $"{batch}", "--key-file", _folder.Path("service.pem"), "--report", _folder.Path("report.ndjson"),
    ];

    private static async Task<Result> RunAsync(params string[] arguments)
    {
        var (output, errors) = (new StringWriter(), new StringWriter());
        var code = await CommandTree.RunAsync(arguments, new InvocationConfiguration { Output = output, Error = errors });
        return new Result(code, output.ToString().Split(Environment.NewLine), errors.ToString().Split(Environment.NewLine));
    }

    private sealed record Result(int Code, string[] Output, string[] Errors);
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Commission.Domain;
using Commission.Domain.Payouts.Tax;
using Commission.Testing;
using Npgsql;

namespace Commission.Api.Tests.Payouts;

/// <summary>Tax papers over HTTP: issued once for each payment, numbered without gaps, the same bytes for ever.</summary>
public sealed class DocumentTests
{
    private const string Documents = "/api/v1/documents";

    [Fact]
    public async Task A_registered_payee_gets_a_tax_invoice_and_one_without_an_abn_a_statement_of_what_was_withheld()
    {
        await using var scenario = await PayoutScenario.StartAsync();
        var network = scenario.Network;
        var batch = await scenario.SubmittedAsync();

        var documents = await scenario.DocumentsAsync(batch, 2);

        Assert.Equal(["RCTI-000001", "STM-000001"], documents.Select(Number));
        Assert.Equal([(257_401L, 25_740L, 0L), (64_350L, 0L, 30_200L)], documents.Select(document =>
            (Minor(document, "value"), Minor(document, "gst"), Minor(document, "withheld"))));
        var canonical = await network.GetAsync($"{Documents}/RCTI-000001", network.Referrer);
        var (paper, _) = TaxDocumentEncoding.Read(canonical.Is(200).Bytes);
        Assert.Equal(documents[0].GetProperty("hash").GetString(), Hash.Of(canonical.Bytes).ToString());
        Assert.Equal(("53004085616", PayoutScenario.GoodAbn, network.Agreement), (paper!.Recipient.Abn!.Value.Digits, paper.Supplier.Abn!.Value.Digits, paper.Agreement));
        Assert.Equal(scenario.Today, paper.IssuedOn);
        Assert.Equal(283_141, paper.PayableMinor);
        var line = Assert.Single(paper.Lines).Line;
        Assert.StartsWith($"Referral commission, {network.Vertical} {Network.Product}, deal_", line.Description, StringComparison.Ordinal);
        Assert.Equal(
            1, await scenario.Engine.Database.ScalarAsync<long>($"select count(*) from payout_line where entry = '\\x{line.Entry}'::bytea"));
    }

    [Fact]
    public async Task A_paper_comes_in_three_forms_each_with_its_hash_and_is_the_same_ever_after()
    {
        await using var scenario = await PayoutScenario.StartAsync();
        var batch = await scenario.SubmittedAsync();
        var listed = (await scenario.DocumentsAsync(batch, 2))[0];
        using var http = new HttpClient { BaseAddress = new Uri(scenario.Engine.Address) };
        http.DefaultRequestHeaders.Add("X-Acting-Contact", scenario.Network.Referrer.ToString());

        foreach (var (path, accept, type, hash) in new[]
        {
            ("", "application/json", "application/json", "hash"), ("", "text/html,*/*;q=0.1", "text/html", "htmlHash"),
            ("", "application/pdf", "application/pdf", "pdfHash"), ("/html", "*/*", "text/html", "htmlHash"), ("/pdf", "*/*", "application/pdf", "pdfHash"),
        })
        {
            foreach (var name in new[] { Number(listed), listed.GetProperty("id").GetString() })
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, $"{Documents}/{name}{path}");
                request.Headers.Add("Accept", accept);
                using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
                var bytes = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
                Assert.Equal((200, type), ((int)response.StatusCode, response.Content.Headers.ContentType!.MediaType));
                Assert.Equal(listed.GetProperty(hash).GetString(), Hash.Of(bytes).ToString());
                Assert.Equal(Hash.Of(bytes).ToString(), response.Headers.GetValues("X-Content-SHA256").Single());
                Assert.Equal(type == "text/html", response.Headers.TryGetValues("Content-Security-Policy", out var policy));
                Assert.True(policy is null || (policy.Single().Contains("default-src 'none'", StringComparison.Ordinal)
                    && !policy.Single().Contains("unsafe", StringComparison.Ordinal)));
            }
        }
    }

    [Fact]
    public async Task A_member_sees_its_own_papers_and_nobody_elses()
    {
        await using var scenario = await PayoutScenario.StartAsync();
        var network = scenario.Network;
        var batch = await scenario.SubmittedAsync();
        await scenario.DocumentsAsync(batch, 2);

        Assert.Equal("RCTI-000001", Number(Assert.Single((await network.GetAsync($"/api/v1/contacts/{network.Referrer}/documents", network.Referrer)).Items)));
        foreach (var path in new[]
        {
            $"/api/v1/contacts/{network.Referrer}/documents", $"{Documents}/RCTI-000001", $"{Documents}/RCTI-000001/pdf",
            $"{PayoutScenario.Batches}/{batch.Member("id")}/documents", $"/api/v1/contacts/{network.Referrer}/statements",
        })
            (await network.GetAsync(path, network.Upline)).IsRefused(403, "WRONG_ACTOR", "X-Acting-Contact");
        (await network.GetAsync($"{Documents}/RCTI-000009", network.Admin)).IsRefused(404, "NOT_FOUND");
        (await network.GetAsync($"{Documents}/RCTI-000001")).IsRefused(400, "INVALID_FIELD", "X-Acting-Contact");
    }

    [Fact]
    public async Task What_came_back_is_taken_back_and_the_next_payment_has_a_paper_of_its_own()
    {
        await using var scenario = await PayoutScenario.StartAsync();
        var network = scenario.Network;
        var batch = await scenario.SubmittedAsync();
        await scenario.DocumentsAsync(batch, 2);
        (await scenario.MoveAsync(batch, "confirm")).Is(200);

        await scenario.ReturnAsync(batch, network.Upline);
        var documents = await scenario.DocumentsAsync(batch, 3);

        Assert.Equal("CAN-000001", Number(documents[^1]));
        Assert.Equal("CAN-000001", documents.Single(document => Number(document) == "STM-000001").GetProperty("cancelledBy").GetString());
        Assert.Equal(0, documents.Where(document => document.GetProperty("payee").GetString() == network.Upline.ToString()).Sum(document => Minor(document, "withheld")));
        var cancellation = TaxDocumentEncoding.Read((await network.GetAsync($"{Documents}/CAN-000001", network.Upline)).Is(200).Bytes).Document!;
        Assert.Equal(("STM-000001", "Account closed", -34_150L), (cancellation.Cancels, cancellation.Reason, cancellation.PayableMinor));

        var number = PayoutScenario.Item(batch, network.Upline).GetProperty("number").GetInt32();
        (await scenario.MoveAsync(batch, $"items/{number}/retry", new JsonObject { ["attempt"] = 1 })).Is(200);
        await scenario.FileAsync(batch, 2);
        var again = await scenario.DocumentsAsync(batch, 4);
        Assert.Equal(("STM-000002", 2), (Number(again[^1]), again[^1].GetProperty("attempt").GetInt32()));
        Assert.Equal(34_150 + 283_141, again.Sum(document => Minor(document, "value") + Minor(document, "gst") - Minor(document, "withheld")));
    }

    [Fact]
    public async Task A_clawback_of_what_was_invoiced_makes_an_adjustment_note_and_takes_back_the_gst_that_was_paid()
    {
        await using var scenario = await PayoutScenario.StartAsync(clawback: true);
        var network = scenario.Network;
        var first = await scenario.AddDealAsync();
        scenario.Advance(TimeSpan.FromDays(20));
        var paid = await scenario.SubmittedAsync();
        await scenario.DocumentsAsync(paid, 2);
        await scenario.AccountAsync(network.Upline, "654321", PayoutScenario.GoodAbn, network.Agreement);

        await scenario.ClawBackAsync(first);
        await scenario.AddDealAsync();
        scenario.Advance(TimeSpan.FromDays(20));
        await Eventually.BecomesTrueAsync(
            async () => await scenario.LedgerAsync(Domain.Ledger.Accounts.Payable(network.Upline.Id)) == -64_350 + 32_175, "the clawback is booked");
        var batch = await scenario.SubmittedAsync();
        var documents = await scenario.DocumentsAsync(batch, 4);

        var referrer = documents.Where(document => document.GetProperty("payee").GetString() == network.Referrer.ToString()).ToList();
        Assert.Equal([("ADJ", -128_701L, -12_870L), ("RCTI", 257_401L, 25_740L)], Figures(referrer));
        var note = TaxDocumentEncoding.Read((await network.GetAsync($"{Documents}/{Number(referrer[0])}", network.Admin)).Is(200).Bytes).Document!;
        Assert.Equal("RCTI-000001", Assert.Single(note.Lines).Line.Corrects);

        // The upline was paid on a statement, without GST: now that it is registered, none is taken back either.
        var upline = documents.Where(document => document.GetProperty("payee").GetString() == network.Upline.ToString()).ToList();
        Assert.Equal([("ADJ", -32_175L, 0L), ("RCTI", 64_350L, 6_435L)], Figures(upline));
        var items = (await network.GetAsync($"{PayoutScenario.Batches}/{batch.Member("id")}")).Is(200);
        Assert.Equal(
            documents.Sum(document => Minor(document, "value") + Minor(document, "gst")), items["payMinor"].GetInt64());
    }

    /// <summary>ABN, whether there is an agreement, and the paper.</summary>
    [Theory]
    [InlineData(PayoutScenario.GoodAbn, false, "STM-000001", 0, 0)]
    [InlineData(null, false, "STM-000001", 0, 120_900)]
    [InlineData(PayoutScenario.GoodAbn, true, "RCTI-000001", 25_740, 0)]
    public async Task Which_paper_a_payee_gets(string? abn, bool agreed, string number, long gst, long withheld)
    {
        await using var scenario = await PayoutScenario.StartAsync();
        await scenario.AccountAsync(scenario.Network.Referrer, "123456", abn, agreed ? scenario.Network.Agreement : null);
        var batch = await scenario.SubmittedAsync(scenario.Network.Referrer);

        var document = Assert.Single(await scenario.DocumentsAsync(batch, 1));

        Assert.Equal((number, 257_401L, gst, withheld), (Number(document), Minor(document, "value"), Minor(document, "gst"), Minor(document, "withheld")));
    }

    [Fact]
    public async Task Tax_details_that_changed_after_the_draft_are_not_paid_by()
    {
        await using var scenario = await PayoutScenario.StartAsync();
        var batch = (await scenario.DraftAsync()).Is(201);
        (await scenario.ApproveAsync(batch)).Is(200);
        await scenario.AccountAsync(scenario.Network.Referrer, "123456", PayoutScenario.GoodAbn, null);

        var submitted = (await scenario.SubmitAsync(batch)).Is(200);

        var item = PayoutScenario.Item(submitted, scenario.Network.Referrer);
        Assert.Equal("failed", item.GetProperty("status").GetString());
        Assert.Contains("tax details", item.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal("STM-000001", Number(Assert.Single(await scenario.DocumentsAsync(batch, 1))));
    }

    [Fact]
    public async Task Twenty_batches_at_once_in_two_processes_leave_no_gap_and_no_paper_twice()
    {
        var (scenario, second) = await PayoutScenario.StartTwoAsync();
        await using var disposed = scenario;
        await using var disposedToo = second;
        var payees = new List<Person>();
        for (var i = 0; i < 10; i++)
        {
            var network = await Network.CreateAsync(scenario.Engine);
            await (await network.DealAsync(5)).WhenBookedAsync(3);
            await scenario.AccountAsync(network.Referrer, $"1234{i:00}", PayoutScenario.GoodAbn, scenario.Network.Agreement);
            await scenario.AccountAsync(network.Upline, $"4321{i:00}", null, null);
            payees.AddRange([network.Referrer, network.Upline]);
        }
        scenario.Advance(TimeSpan.FromDays(20));

        var batches = await Task.WhenAll(payees.Select(payee => scenario.SubmittedAsync(payee)));

        var documents = new List<JsonElement>();
        foreach (var batch in batches)
            documents.AddRange(await scenario.DocumentsAsync(batch, 1));
        Assert.Equal(
            Enumerable.Range(1, 10).Select(number => $"RCTI-{number:000000}").Concat(Enumerable.Range(1, 10).Select(number => $"STM-{number:000000}")),
            documents.Select(Number).Order(StringComparer.Ordinal));
        foreach (var document in documents)
        {
            using var http = new HttpClient { BaseAddress = new Uri(second.Address) };
            http.DefaultRequestHeaders.Add("X-Acting-Contact", scenario.Network.Admin.ToString());
            var pdf = await http.GetByteArrayAsync($"{Documents}/{document.GetProperty("id").GetString()}/pdf", TestContext.Current.CancellationToken);
            Assert.Equal(document.GetProperty("pdfHash").GetString(), Hash.Of(pdf).ToString());
        }
    }

    [Fact]
    public async Task Who_dies_while_issuing_leaves_no_number_used_and_no_paper_unissued()
    {
        await using var scenario = await PayoutScenario.StartAsync();
        var alone = new NpgsqlConnectionStringBuilder(scenario.Engine.Database.OwnerConnectionString) { Pooling = false };
        await using var dying = new NpgsqlConnection(alone.ConnectionString);
        await dying.OpenAsync(TestContext.Current.CancellationToken);
        await ExecuteAsync(dying, "begin; select pg_advisory_xact_lock(hashtextextended('tax-papers', 0)); insert into tax_sequence values ('53004085616', 1, 7)");
        var batch = await scenario.SubmittedAsync();
        await Eventually.BecomesTrueAsync(
            async () => await scenario.Engine.Database.ScalarAsync<long>("select count(*) from tax_paper_due") == 2, "both papers are due");
        Assert.Empty((await scenario.Network.GetAsync($"{PayoutScenario.Batches}/{batch.Member("id")}/documents", scenario.Network.Admin)).Items);

        await scenario.Engine.Database.ScalarAsync<bool>($"select pg_terminate_backend({dying.ProcessID})");

        Assert.Equal(["RCTI-000001", "STM-000001"], (await scenario.DocumentsAsync(batch, 2)).Select(Number));
        Assert.Equal(0, await scenario.Engine.Database.ScalarAsync<long>("select count(*) from tax_paper_due"));
    }

    [Fact]
    public async Task The_database_refuses_to_change_a_paper_and_to_skip_a_number()
    {
        await using var scenario = await PayoutScenario.StartAsync();
        await scenario.DocumentsAsync(await scenario.SubmittedAsync(), 2);
        await using var connection = new NpgsqlConnection(scenario.Engine.Database.OwnerConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        const string Columns = "issuer, kind, number, name, batch, item, attempt, payee, currency, value_minor, gst_minor, withheld_minor, issued_on, issued_at, hash, "
            + "html_hash, pdf_hash, content";

        foreach (var (state, sql) in new[]
        {
            ("42501", "update tax_paper set hash = html_hash"), ("42501", "delete from tax_paper"), ("42501", "update payout_item set abn = '1'"),
            ("42501", "update payout_line set gst = 2"),
            ("23514", $"insert into tax_paper (id, {Columns}) select gen_random_uuid(), {Columns.Replace("number,", "number + 2,", StringComparison.Ordinal).Replace("attempt,", "attempt + 1,", StringComparison.Ordinal)} from tax_paper"),
            ("23505", $"insert into tax_paper (id, {Columns}) select gen_random_uuid(), {Columns.Replace("number,", "number + 1,", StringComparison.Ordinal)} from tax_paper"),
        })
            Assert.Equal(state, (await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(connection, sql))).SqlState);
    }

    [Fact]
    public async Task The_tool_lists_and_downloads_papers_and_checks_them()
    {
        await using var scenario = await PayoutScenario.StartAsync();
        var batch = await scenario.SubmittedAsync();
        await scenario.DocumentsAsync(batch, 2);
        var folder = Directory.CreateTempSubdirectory("commission-papers-");
        try
        {
            var ran = (await scenario.Engine.CommissionAsync(
                "payouts", "documents", "--batch", batch.Member("id")!, "--out", folder.FullName, "--as", scenario.Network.Admin.ToString())).Ended(0);

            Assert.Contains("RCTI-000001", ran.Output, StringComparison.Ordinal);
            Assert.Equal(
                ["RCTI-000001.html", "RCTI-000001.json", "RCTI-000001.pdf", "STM-000001.html", "STM-000001.json", "STM-000001.pdf"],
                folder.GetFiles().Select(file => file.Name).Order(StringComparer.Ordinal));
            (await scenario.Engine.CommissionAsync("payouts", "documents", "--as", scenario.Network.Admin.ToString())).Ended(2);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Number(JsonElement document) => document.GetProperty("number").GetString()!;

    private static long Minor(JsonElement document, string name) => document.GetProperty($"{name}Minor").GetInt64();

    private static IEnumerable<(string, long, long)> Figures(IEnumerable<JsonElement> documents) => documents
        .Select(document => (Number(document).Split('-')[0], Minor(document, "value"), Minor(document, "gst"))).OrderBy(figure => figure.Item1, StringComparer.Ordinal);

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}

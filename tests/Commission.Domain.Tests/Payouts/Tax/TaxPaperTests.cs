using System.Text;
using Commission.Domain.Amounts;
using Commission.Domain.Payouts.Tax;
using Commission.Domain.Rules;
using CsCheck;

namespace Commission.Domain.Tests.Payouts.Tax;

public sealed class TaxPaperTests
{
    private static readonly Abn Ato = Abn.TryParse("51 824 753 556", out var abn) ? abn : default;
    private static readonly TaxParty Registered = new("Ruth O'Neil", Ato, true);
    private static readonly TaxParty WithAbn = new("Ruth O'Neil", Ato, false);
    private static readonly TaxParty WithoutAbn = new("Ruth O'Neil", null, false);

    private static TaxLine Line(long amountMinor, GstTreatment treatment = GstTreatment.Exclusive, string? corrects = null) => new(
        new DateOnly(2026, 10, 5), "MORTGAGE HOME_LOAN_OO, deal 1: upfront", Hash.Of("entry"u8), amountMinor, treatment, corrects);

    private static TaxPaperRequest Request(TaxParty payee, params TaxLine[] lines) => new(
        new DateOnly(2026, 11, 24), payee, new TaxParty("Commission Network Pty Ltd", Ato, true), "RCTI-AGR-1", "payout_1/1", Currency.Aud, lines,
        Withholding.Default);

    private static TaxPaperRequest Both() => Request(Registered, Line(100_000), Line(-20_005, corrects: "RCTI-000001"), Line(5));

    /// <summary>Payee, its lines in cents, what is added as GST, withheld and paid.</summary>
    public static TheoryData<string, long[], long, long, long> Payouts => new()
    {
        { "registered", [100_000], 10_000, 0, 110_000 },
        { "registered", [5], 1, 0, 6 },
        { "registered", [1], 0, 0, 1 },
        { "registered", [100_000, -20_005], 7_999, 0, 87_994 },
        { "registered", [Money.MaxMinor], 10_000_000_000_000, 0, 109_999_999_999_999 },
        { "abn only", [100_000], 0, 0, 100_000 },
        { "no abn", [100_000], 0, 47_000, 53_000 },
        { "no abn", [7_500], 0, 0, 7_500 },
        { "no abn", [7_501], 0, 3_500, 4_001 },
        { "no abn", [10_000, -2_500], 0, 0, 7_500 },
    };

    [Theory]
    [MemberData(nameof(Payouts))]
    public void A_payout_comes_to(string payee, long[] lines, long gst, long withheld, long paid)
    {
        var party = payee switch { "registered" => Registered, "abn only" => WithAbn, _ => WithoutAbn };
        var amounts = TaxPapers.AmountsOf(Request(party, [.. lines.Select(line => Line(line))]));
        Assert.Equal((gst, withheld, paid), (amounts.GstMinor, amounts.WithheldMinor, amounts.PayMinor));
    }

    [Fact]
    public void Inclusive_amounts_are_paid_as_they_are_and_the_paper_shows_the_gst_in_them()
    {
        var request = Request(Registered, Line(110_000, GstTreatment.Inclusive));
        Assert.Equal(110_000, TaxPapers.AmountsOf(request).PayMinor);
        var paper = Assert.Single(TaxPapers.Issue(request, TaxNumbers.First).Documents);
        Assert.Equal((100_000L, 10_000L, 110_000L), (paper.ValueMinor, paper.GstMinor, paper.PayableMinor));
    }

    public static TheoryData<TaxPaperRequest> NoRcti =>
    [
        Both() with { RctiAgreement = null }, Both() with { Payee = WithAbn }, Both() with { Payee = WithoutAbn },
        Both() with { Payee = Registered with { Abn = null } },
        Both() with { Payer = Both().Payer with { IsGstRegistered = false } }, Both() with { Currency = new Currency("NZD") },
    ];

    [Theory]
    [MemberData(nameof(NoRcti))]
    public void Without_both_registrations_and_an_agreement_there_is_a_plain_statement(TaxPaperRequest request)
    {
        var (documents, next) = TaxPapers.Issue(request, new TaxNumbers(7, 8, 9));
        Assert.Equal((TaxDocumentKind.Statement, 0L, "STM-000009"), (documents[0].Kind, documents[0].GstMinor, documents[0].Name));
        Assert.Equal((1, new TaxNumbers(7, 8, 10)), (documents.Count, next));
    }

    [Fact]
    public void What_is_paid_makes_an_invoice_and_what_is_taken_back_an_adjustment_note()
    {
        var (documents, next) = TaxPapers.Issue(Both(), new TaxNumbers(7, 8, 9));
        Assert.Equal(["RCTI-000007", "ADJ-000008"], documents.Select(document => document.Name));
        Assert.Equal(new TaxNumbers(8, 9, 9), next);
        Assert.Equal([(100_005L, 10_001L), (-20_005L, -2_001L)], documents.Select(document => (document.ValueMinor, document.GstMinor)));
        Assert.Equal(TaxPapers.AmountsOf(Both()).PayMinor, documents.Sum(document => document.PayableMinor));
    }

    [Fact]
    public void A_clawback_has_the_gst_of_what_it_takes_back() => Gen.Long[1, Money.MaxMinor].Sample(amount =>
        TaxPapers.AmountsOf(Request(Registered, Line(amount), Line(-amount))) == new PayoutAmounts(0, 0, 0));

    [Fact]
    public void A_paper_reads_back_from_its_bytes_and_is_issued_again_identically() => Assert.All(
        TaxPapers.Issue(Both(), TaxNumbers.First).Documents.Concat(TaxPapers.Issue(Request(WithoutAbn, Line(100_000)), TaxNumbers.First).Documents), document =>
        {
            var bytes = document.ToCanonical();
            var back = TaxDocumentEncoding.Read(bytes).Document!;
            Assert.Equal(bytes, back.ToCanonical());
            Assert.Equal(TaxDocumentSheet.Of(document).Lines(), TaxDocumentSheet.Of(back).Lines());
        });

    [Fact]
    public void The_bytes_of_a_paper_never_change()
    {
        var paper = TaxPapers.Issue(Request(Registered, Line(100_005)), TaxNumbers.First).Documents[0];
        Assert.Equal(
            """{"agreement":"RCTI-AGR-1","currency":"AUD","issuedOn":"2026-11-24","kind":"rcti","lines":[{"amountMinor":100005,"description":"MORTGAGE HOME_LOAN_OO, deal 1: upfront","entry":"ENTRY","gst":"exclusive","gstMinor":10001,"on":"2026-10-05","valueMinor":100005}],"number":1,"payout":"payout_1/1","recipient":{"abn":"51824753556","gstRegistered":1,"name":"Commission Network Pty Ltd"},"supplier":{"abn":"51824753556","gstRegistered":1,"name":"Ruth O'Neil"},"version":1,"withheldMinor":0}"""
                .Replace("ENTRY", Hash.Of("entry"u8).ToString(), StringComparison.Ordinal),
            Encoding.UTF8.GetString(paper.ToCanonical()));
    }

    [Theory]
    [InlineData("\"version\":1", "\"version\":2")]
    [InlineData("rcti", "invoice")]
    [InlineData("51824753556", "51824753557")]
    [InlineData("exclusive", "extra")]
    [InlineData("\"number\":1", "\"number\":0")]
    [InlineData("{\"agreement\"", "{ \"agreement\"")]
    [InlineData("2026-11-24", "2026-11-31")]
    [InlineData("\"withheldMinor\":0", "\"withheldMinor\":0.5")]
    [InlineData("}", "")]
    public void Bent_bytes_are_refused(string from, string to)
    {
        var text = Encoding.UTF8.GetString(TaxPapers.Issue(Request(Registered, Line(100_000)), TaxNumbers.First).Documents[0].ToCanonical());
        Assert.NotNull(TaxDocumentEncoding.Read(Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal))).Refusal);
    }

    [Fact]
    public void An_invoice_reads_as_the_law_wants_it() => Assert.Equal(
        [
            "Recipient created tax invoice", "Number: RCTI-000001", "Date of issue: 24 November 2026", "Supplier: Ruth O'Neil, ABN 51 824 753 556",
            "Recipient (issuer): Commission Network Pty Ltd, ABN 51 824 753 556", "Payout: payout_1/1",
            "5 October 2026  MORTGAGE HOME_LOAN_OO, deal 1: upfront  1,234,567.89  123,456.79", "Total without GST: 1,234,567.89 AUD", "GST: 123,456.79 AUD",
            "Total including GST: 1,358,024.68 AUD", "The GST shown is payable by the supplier.",
            "Each line is one supply of referral services; a line with GST is a taxable supply in full, a line without is none.",
            "Issued by the recipient under the agreement RCTI-AGR-1.",
        ],
        TaxDocumentSheet.Of(TaxPapers.Issue(Request(Registered, Line(123_456_789)), TaxNumbers.First).Documents[0]).Lines());

    [Fact]
    public void An_adjustment_note_names_what_it_adjusts() => Assert.Contains(
        "5 October 2026  MORTGAGE HOME_LOAN_OO, deal 1: upfront, adjusts RCTI-000001  -200.05  -20.01",
        TaxDocumentSheet.Of(TaxPapers.Issue(Both(), TaxNumbers.First).Documents[1]).Lines());

    [Fact]
    public void A_statement_says_what_was_withheld_and_what_is_paid()
    {
        var lines = TaxDocumentSheet.Of(TaxPapers.Issue(Request(WithoutAbn, Line(100_000)), TaxNumbers.First).Documents[0]).Lines();
        Assert.Equal("Commission statement (not a tax invoice)", lines[0]);
        Assert.Contains("Withheld because no ABN was quoted: 470.00 AUD", lines);
        Assert.Contains("Paid: 530.00 AUD", lines);
    }

    [Fact]
    public void A_cancellation_takes_a_paper_back_to_the_cent_and_says_why() => Assert.All(
        TaxPapers.Issue(Both(), TaxNumbers.First).Documents.Concat(TaxPapers.Issue(Request(WithoutAbn, Line(100_000)), TaxNumbers.First).Documents), paper =>
        {
            var (cancellation, next) = TaxPapers.Cancel(paper, new TaxNumbers(2, 3, 4, 5), new DateOnly(2026, 11, 26), "Account closed");
            Assert.Equal(("CAN-000005", new TaxNumbers(2, 3, 4, 6)), (cancellation.Name, next));
            Assert.Equal(
                (-paper.ValueMinor, -paper.GstMinor, -paper.PayableMinor), (cancellation.ValueMinor, cancellation.GstMinor, cancellation.PayableMinor));
            Assert.Equal(cancellation.ToCanonical(), TaxDocumentEncoding.Read(cancellation.ToCanonical()).Document!.ToCanonical());
            var lines = TaxDocumentSheet.Of(cancellation).Lines();
            Assert.Equal($"Cancellation of {paper.Name}", lines[0]);
            Assert.Contains("The payment did not arrive: Account closed", lines);
        });

    [Fact]
    public void What_the_item_withholds_stands_on_the_statement_whatever_the_rule_says_by_now()
    {
        var paper = TaxPapers.Issue(Request(WithoutAbn, Line(100_000)) with { WithheldMinor = 100 }, TaxNumbers.First).Documents[0];
        Assert.Equal((100L, 99_900L), (paper.WithheldMinor, paper.PayableMinor));
    }
}

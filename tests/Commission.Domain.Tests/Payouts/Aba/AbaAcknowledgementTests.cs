using System.Text;
using Commission.Domain.Payouts.Aba;

namespace Commission.Domain.Tests.Payouts.Aba;

public sealed class AbaAcknowledgementTests
{
    internal const string Accepted = """
        <?xml version="1.0"?>
        <PaymentsAcknowledgement type="info"><PaymentId>1</PaymentId><OriginalMessageId>11250282</OriginalMessageId>
          <OriginalFilename>batch-1.aba</OriginalFilename><DateTime>2026/11/24</DateTime><CustomerId>STAGE02</CustomerId><CompanyName>Commission</CompanyName>
          <UserMessage>PAYMENT ACCEPTED</UserMessage>
          <Issues><Issue type="290049">Uploaded</Issue><Issue type="181301" itemId="2">BSB is closed</Issue></Issues>
        </PaymentsAcknowledgement>
        """;

    [Fact]
    public void A_report_is_read()
    {
        var report = AbaAcknowledgementReader.Read(Encoding.UTF8.GetBytes(Accepted)).Report!;
        Assert.Equal((AbaFileStatus.Accepted, "batch-1.aba", "11250282", "PAYMENT ACCEPTED"),
            (report.Status, report.FileName, report.MessageId, report.Message));
        Assert.Equal([new AbaIssue("290049", null, "Uploaded"), new AbaIssue("181301", "2", "BSB is closed")], report.Issues);
    }

    [Theory]
    [InlineData("PAYMENT REJECTED", AbaFileStatus.Rejected)]
    [InlineData("Payment declined by approver", AbaFileStatus.Rejected)]
    [InlineData("PAYMENT PENDING", AbaFileStatus.Pending)]
    [InlineData("FILE HELD", AbaFileStatus.Pending)]
    [InlineData("PAYMENT PROCESSED", AbaFileStatus.Processed)]
    [InlineData("FILE SUCCESS", AbaFileStatus.Accepted)]
    public void A_message_is_a_status(string message, AbaFileStatus status) => Assert.Equal(status, AbaAcknowledgementReader
        .Read(Encoding.UTF8.GetBytes(Accepted.Replace("PAYMENT ACCEPTED", message, StringComparison.Ordinal))).Report!.Status);

    [Theory]
    [InlineData("")]
    [InlineData("no xml")]
    [InlineData("<Other/>")]
    [InlineData("<PaymentsAcknowledgement><UserMessage>ACCEPTED</UserMessage></PaymentsAcknowledgement>")]
    [InlineData("<PaymentsAcknowledgement><UserMessage>?</UserMessage><OriginalFilename>x</OriginalFilename></PaymentsAcknowledgement>")]
    [InlineData("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><PaymentsAcknowledgement>&x;</PaymentsAcknowledgement>")]
    public void What_is_no_report_is_refused(string text) => Assert.NotNull(AbaAcknowledgementReader.Read(Encoding.UTF8.GetBytes(text)).Refusal);

    [Fact]
    public void A_report_that_nests_without_end_is_refused() =>
        Assert.NotNull(AbaAcknowledgementReader.Read(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("<a>", 100_000)))).Refusal);
}

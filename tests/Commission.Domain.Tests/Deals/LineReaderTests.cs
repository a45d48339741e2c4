using System.Text;
using System.Text.Json;
using Commission.Domain.Deals;

namespace Commission.Domain.Tests.Deals;

public sealed class LineReaderTests
{
    private static Refusal? Refusal(string json) => HandshakePayloadReader.ReadLine(Encoding.UTF8.GetBytes(json)).Refusal;

    private static string With(string stage, string name, string? value)
    {
        var line = BulkScenario.Line(stage);
        line.Remove(name);
        return value is null ? line.ToJsonString() : line.ToJsonString()[..^1] + $",\"{name}\":{value}}}";
    }

    [Fact]
    public void A_line_says_what_it_says()
    {
        var (line, refusal) = HandshakePayloadReader.ReadLine(BulkScenario.Bytes(BulkScenario.Line("complete")));
        Assert.Null(refusal);
        Assert.Equal(("opportunity-1", 50_000_000, new DateOnly(2025, 7, 3)), (line!.Key, line.Settlement!.Value.Minor, line.CompletedOn));
        Assert.Null(line.Closing);
    }

    [Theory]
    [InlineData("complete", "key", null, "key")]
    [InlineData("complete", "key", "\"\"", "key")]
    [InlineData("complete", "key", "\"caf\u00e9\"", "key")]
    [InlineData("complete", "referrer", "\"x\"", "referrer")]
    [InlineData("complete", "client", null, "client")]
    [InlineData("complete", "referredOn", "\"2025-6-1\"", "referredOn")]
    [InlineData("complete", "settledValueMinor", null, "settledValueMinor")]
    [InlineData("complete", "settledValueMinor", "12.5", "settledValueMinor")]
    [InlineData("complete", "currency", null, "currency")]
    [InlineData("intake", "settledValueMinor", "5", "settledOn")]
    [InlineData("intake", "bases", "{\"units\":1}", "settledOn")]
    [InlineData("complete", "upline", "null", "upline")]
    [InlineData("complete", "colour", "\"red\"", "colour")]
    [InlineData("intake", "withdrawnOn", "\"2025-08-01\",\"declinedOn\":\"2025-08-01\"", "declinedOn")]
    [InlineData("intake", "reason", "\"A b\",\"declinedOn\":\"2025-08-01\"", "reason")]
    public void A_wrong_line_is_refused_by_field(string stage, string name, string? value, string field)
    {
        var refusal = Refusal(With(stage, name, value));
        Assert.Equal((RefusalCodes.InvalidField, field), (refusal?.Code, refusal?.Field));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"key\":\"a\",\"key\":\"b\"}")]
    public void What_is_no_line_is_refused(string json) => Assert.Equal(RefusalCodes.InvalidField, Refusal(json)?.Code);

    [Fact]
    public void An_attestation_survives_its_reading()
    {
        var signed = new BulkScenario().Sign(BulkScenario.Line()).Signature.Attestation;
        var text = Encoding.UTF8.GetString(signed.SignedBytes())[..^1] + $",\"signature\":\"{Base64Url.Encode(signed.Signature)}\"}}";
        using var header = JsonDocument.Parse($"{{\"attestation\":{text}}}");
        Assert.Equal(signed.SignedBytes(), HandshakePayloadReader.ReadAttestation(header.RootElement).Attestation!.SignedBytes());
        using var wrong = JsonDocument.Parse($"{{\"attestation\":{text.Replace("\"lines\":3", "\"lines\":100001", StringComparison.Ordinal)}}}");
        Assert.Equal("attestation.lines", HandshakePayloadReader.ReadAttestation(wrong.RootElement).Refusal?.Field);
        using var none = JsonDocument.Parse("{}");
        Assert.Equal("attestation", HandshakePayloadReader.ReadAttestation(none.RootElement).Refusal?.Field);
    }
}

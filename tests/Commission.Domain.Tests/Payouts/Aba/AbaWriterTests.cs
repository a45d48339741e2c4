using System.Globalization;
using Commission.Domain.Payouts.Aba;
using Commission.Domain.Tests.Vectors;
using CsCheck;

namespace Commission.Domain.Tests.Payouts.Aba;

public sealed class AbaWriterTests
{
    public static TheoryData<Vector> Vectors => VectorFile.Rows("aba.json");

    /// <summary>The files in the vectors were made by another program: npm aba-generator 2.1.0, from the same payments.</summary>
    [Theory]
    [MemberData(nameof(Vectors))]
    public void A_file_is_what_another_program_writes_for_the_same_payments(Vector vector)
    {
        var source = vector.Json.GetProperty("source");
        var payments = vector.Json.GetProperty("payments").EnumerateArray()
            .Select(json => new AbaPayment(AccountOf(json), json.GetProperty("amountMinor").GetInt64(), json.GetProperty("reference").GetString()!));
        var profile = AbaProfile.Find(vector["profile"])! with { HasAccountInHeader = vector.Json.TryGetProperty("headerAccount", out _) };
        var order = new AbaOrder(
            profile, vector["userName"], vector.Json.GetProperty("userNumber").GetInt32(), vector["description"],
            DateOnly.Parse(vector["processOn"], CultureInfo.InvariantCulture), AccountOf(source), vector["remitter"], vector["reference"], [.. payments]);
        Assert.Equal(vector.Json.GetProperty("files").EnumerateArray().Select(file => file.GetString()!), order.Written().Select(AbaScenario.TextOf));
    }

    private static BankAccount AccountOf(System.Text.Json.JsonElement json) => AbaScenario.Account(
        json.GetProperty("title").GetString()!, json.GetProperty("number").GetString()!, json.GetProperty("bsb").GetString()!);

    [Fact]
    public void The_same_order_gives_the_same_bytes()
    {
        var (one, two) = (AbaScenario.Order().Written()[0], AbaScenario.Order().Written()[0]);
        Assert.Equal(one.Bytes, two.Bytes);
        Assert.Equal(one.Hash, Hash.Of(two.Bytes));
    }

    public static TheoryData<string, AbaOrder> Mistakes => new()
    {
        { "processOn", AbaScenario.Order() with { ProcessOn = new DateOnly(2026, 11, 22) } },
        { "processOn", AbaScenario.Order() with { ProcessOn = new DateOnly(2026, 12, 25) } },
        { "processOn", AbaScenario.Order() with { ProcessOn = new DateOnly(2031, 1, 6) } },
        { "userNumber", AbaScenario.Order() with { UserNumber = 0 } },
        { "userNumber", AbaScenario.Order() with { UserNumber = 1_000_000 } },
        { "userName", AbaScenario.Order() with { UserName = "A NAME OF TWENTY-SEVEN CHARS" } },
        { "userName", AbaScenario.Order() with { UserName = " " } },
        { "description", AbaScenario.Order() with { Description = "THIRTEEN CHAR" } },
        { "remitter", AbaScenario.Order() with { Remitter = "A\u0007B" } },
        { "reference", AbaScenario.Order() with { Reference = "A REFERENCE OF 17" } },
        { "source.number", AbaScenario.Order() with { Source = AbaScenario.Account(number: "0000") } },
        { "source.bsb", AbaScenario.Order() with { Source = AbaScenario.Account() with { Bsb = new Bsb("999999") } } },
        { "payments", AbaScenario.Order() with { Payments = [] } },
        { "profile.institution", AbaScenario.Order() with { Profile = AbaProfile.Generic with { Institution = "Bank" } } },
        { "profile.maxRecords", AbaScenario.Order() with { Profile = AbaProfile.Generic with { MaxRecords = 1 } } },
        { "profile.characters", AbaScenario.Order() with { Profile = AbaProfile.Generic with { Characters = "/é" } } },
        { "payments[0].payee.title", AbaScenario.Order(AbaScenario.Payment(title: "Ruth\r\nO'Neil")) },
        { "payments[0].payee.title", AbaScenario.Order(AbaScenario.Payment(title: "李小龍")) },
        { "payments[0].payee.title", AbaScenario.Order(AbaScenario.Payment(title: ";;")) },
        { "payments[0].payee.number", AbaScenario.Order(AbaScenario.Payment() with { Payee = AbaScenario.Account(number: "1234567890") }) },
        { "payments[0].payee.number", AbaScenario.Order(AbaScenario.Payment() with { Payee = AbaScenario.Account(number: "12a") }) },
        { "payments[0].payee.bsb", AbaScenario.Order(AbaScenario.Payment() with { Payee = AbaScenario.Account() with { Bsb = default } }) },
        { "payments[0].amountMinor", AbaScenario.Order(AbaScenario.Payment(0)) },
        { "payments[0].amountMinor", AbaScenario.Order(AbaScenario.Payment(-1)) },
        { "payments[0].amountMinor", AbaScenario.Order(AbaScenario.Payment(9 * AbaWriter.MaxRecordMinor + 1)) },
        { "payments[0].reference", AbaScenario.Order(AbaScenario.Payment(reference: "")) },
        { "payments[1].reference", AbaScenario.Order(AbaScenario.Payment(), AbaScenario.Payment(2)) },
        { "payments[1].reference", AbaScenario.Order(AbaScenario.Payment(AbaWriter.MaxRecordMinor + 1), AbaScenario.Payment(1, "7Q2K9ZP-1/2")) },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_refused_by_field_and_nothing_is_written(string field, AbaOrder order)
    {
        var (files, refusal) = AbaWriter.Write(order);
        Assert.Null(files);
        Assert.Equal(field, refusal!.Field);
        Assert.Contains(field, refusal.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(9_999_999_999, 1)]
    [InlineData(10_000_000_000, 2)]
    [InlineData(19_999_999_998, 2)]
    [InlineData(19_999_999_999, 3)]
    [InlineData(89_999_999_991, 9)]
    public void A_payment_is_split_where_the_field_ends_and_no_cent_is_lost(long amountMinor, int files)
    {
        var written = AbaScenario.Order(AbaScenario.Payment(amountMinor)).Written();
        Assert.Equal(files, written.Count);
        Assert.Equal(amountMinor, written.Sum(file => file.Document.Totals.CreditMinor));
    }

    [Fact]
    public void A_file_ends_where_its_profile_says_and_each_balances_itself()
    {
        var payments = Enumerable.Range(1, 10).Select(i => AbaScenario.Payment(i, $"R-{i}")).ToArray();
        var files = (AbaScenario.Order(payments) with { Profile = AbaProfile.Nab with { MaxRecords = 4 } }).Written();
        Assert.Equal([4, 4, 4, 2], files.Select(file => file.Document.Totals.Records));
        Assert.All(files, file => Assert.Equal((0, AbaDetail.Debit), (file.Document.Totals.NetMinor, file.Document.Details[^1].Code)));
        Assert.Equal(55, files.Sum(file => file.Document.Totals.DebitMinor));
    }

    [Fact]
    public void Withholding_columns_stay_zero_for_they_are_for_dividends_and_interest() => Assert.All(
        AbaScenario.Order().Written()[0].Document.Details, detail => Assert.Equal((' ', 0L), (detail.Indicator, detail.WithheldMinor)));

    private static readonly Gen<AbaProfile> AnyProfile = Gen.Int[0, AbaProfile.All.Count - 1].Select(index => AbaProfile.All[index]);

    private static readonly Gen<AbaPayment> AnyPayment = Gen.Select(
        Gen.Char[" ~éèüßñĐ’–"].Array[0, 40], Gen.Long[1, 3 * AbaWriter.MaxRecordMinor], Gen.Int[1, 999_999_999], Gen.Int[1, 899_999],
        (name, amount, number, bsb) => new AbaPayment(
            new BankAccount(new Bsb($"{bsb:000000}"), $"{number}", "X" + new string(name)), amount, ""));

    [Fact]
    public void What_is_written_reads_back_and_adds_up() => Gen.Select(AnyPayment.Array[1, 12], AnyProfile).Sample((payments, profile) =>
    {
        var order = AbaScenario.Order([.. payments.Select((payment, i) => payment with { Reference = $"R-{i}" })]) with { Profile = profile };
        var files = order.Written();
        Assert.All(files, file => Assert.Equal(file.Bytes, AbaWriter.Encode(AbaReader.Read(file.Bytes).Document!)));
        Assert.Equal(payments.Sum(payment => payment.AmountMinor), files.Sum(file => file.Document.Totals.CreditMinor));
        Assert.All(files, file => Assert.InRange(file.Document.Totals.CreditMinor, 1, AbaWriter.MaxRecordMinor));
    }, iter: 300);
}

using System.Text;
using Commission.Domain.Payouts.Aba;

namespace Commission.Domain.Tests.Payouts.Aba;

/// <summary>An order that every profile takes, to be bent by the tests.</summary>
internal static class AbaScenario
{
    public static readonly DateOnly Tuesday = new(2026, 11, 24);

    public static Bsb BsbOf(string text) => Bsb.TryParse(text, out var bsb) ? bsb : throw new FormatException(text);

    public static BankAccount Account(string title = "Ruth O'Neil", string number = "123456", string bsb = "061-021") => new(BsbOf(bsb), number, title);

    public static AbaPayment Payment(long amountMinor = 120_000, string reference = "7Q2K9ZP-1", string title = "Ruth O'Neil") =>
        new(Account(title), amountMinor, reference);

    public static AbaOrder Order(params AbaPayment[] payments) => new(
        AbaProfile.Generic, "COMMISSION NETWORK PTY LTD", 301_500, "COMMISSION", Tuesday, Account("Commission Network", "12345678", "062-000"),
        "COMMISSION NET", "BATCH-0001", payments.Length == 0 ? [Payment()] : payments);

    public static IReadOnlyList<AbaFile> Written(this AbaOrder order)
    {
        var (files, refusal) = AbaWriter.Write(order);
        Assert.Null(refusal);
        return files!;
    }

    public static string TextOf(AbaFile file) => Encoding.ASCII.GetString(file.Bytes);

    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);
}

using System.Globalization;
using System.Text;

namespace Commission.Api.Tests.Payouts;

/// <summary>A payment as the bank read it.</summary>
/// <param name="Account">BSB and account number, as they stand in the record.</param>
/// <param name="Reference">Lodgement reference.</param>
/// <param name="AmountMinor">Cents.</param>
/// <param name="Record">The record.</param>
internal sealed record BankPayment(string Account, string Reference, long AmountMinor, string Record);

/// <summary>The outside of direct entry: reads files by their columns alone, pays, and sends back what it cannot pay.</summary>
internal sealed class Bank
{
    private readonly Dictionary<string, long> _received = [];
    private readonly HashSet<string> _references = [];

    /// <summary>What left the payer's account for good.</summary>
    public long Paid => _received.Values.Sum();

    public long ReceivedBy(string account) => _received.GetValueOrDefault(account);

    /// <summary>Pays what a file says. A reference that it has seen before is paid again: banks do not remember.</summary>
    public IReadOnlyList<BankPayment> Process(byte[] file)
    {
        var payments = Records(file).Where(record => record.StartsWith('1') && record[18..20] != "13").Select(Payment).ToList();
        foreach (var payment in payments)
        {
            _received[payment.Account] = _received.GetValueOrDefault(payment.Account) + payment.AmountMinor;
            Assert.True(_references.Add(payment.Reference), $"{payment.Reference} was paid twice");
        }
        return payments;
    }

    /// <summary>Takes payments back: the returns file, each payment's record with type 2 and a reason.</summary>
    public byte[] Return(byte[] file, IReadOnlyList<BankPayment> payments, char reason)
    {
        foreach (var payment in payments)
            _received[payment.Account] -= payment.AmountMinor;
        return ReturnsOf(file, payments, reason);
    }

    public static byte[] ReturnsOf(byte[] file, IReadOnlyList<BankPayment> payments, char reason)
    {
        var sum = payments.Sum(payment => payment.AmountMinor).ToString("D10", CultureInfo.InvariantCulture);
        var returned = payments.Select(payment => $"2{payment.Record[1..17]}{reason}{payment.Record[18..112]}24301500");
        var totals = $"7999-999            {sum}{sum}{new string('0', 10)}{"",24}{payments.Count.ToString("D6", CultureInfo.InvariantCulture)}".PadRight(120);
        return Encoding.ASCII.GetBytes(string.Join("\r\n", [Records(file)[0], .. returned, totals, ""]));
    }

    public static BankPayment Payment(string record) => new(
        $"{record[1..8]} {record[8..17].Trim()}", record[62..80].TrimEnd(), long.Parse(record.AsSpan(20, 10), CultureInfo.InvariantCulture), record);

    public static string[] Records(byte[] file) => Encoding.ASCII.GetString(file).Split("\r\n");
}

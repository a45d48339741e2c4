using System.Text;

namespace Commission.Domain.Payouts.Aba;

/// <summary>A payment that came back: record type 2.</summary>
/// <param name="Record">The fields that it shares with the payment.</param>
/// <param name="ReasonCode">1 to 9.</param>
/// <param name="OriginalDay">Day of the month on which the payment was processed, 0 where the bank leaves it blank.</param>
/// <param name="OriginalUser">The payer's user id, 0 where it is blank.</param>
public sealed record AbaReturn(AbaDetail Record, int ReasonCode, int OriginalDay, int OriginalUser)
{
    /// <summary>The reason in words. Source: Bulk Electronic Clearing System procedures, return codes.</summary>
    public string Reason => ReasonCode switch
    {
        1 => "Invalid BSB number",
        2 => "Payment stopped",
        3 => "Account closed",
        4 => "Customer deceased",
        5 => "No account or incorrect account number",
        6 => "Refer to customer",
        8 => "Invalid user id number",
        9 => "Technically invalid",
        _ => $"Unknown return code {ReasonCode}",
    };
}

/// <summary>A returns file.</summary>
/// <param name="Header">Its header.</param>
/// <param name="Returns">Its returns, in order.</param>
public sealed record AbaReturnFile(AbaHeader Header, IReadOnlyList<AbaReturn> Returns);

/// <summary>A return and the payment that it is of.</summary>
/// <param name="Return">The return.</param>
/// <param name="Payment">Index of the payment's record among those sent; null when there is none that fits.</param>
/// <param name="Problem">Why not, in words; null when it was matched.</param>
public sealed record AbaReturnMatch(AbaReturn Return, int? Payment, string? Problem);

/// <summary>
/// Reads returns. What a bank sends is read with two liberties, which change no field: line ends may be line feeds alone, and blanks at
/// the end of a line may be missing. It never throws for what it is given.
/// </summary>
public static class AbaReturns
{
    /// <summary>The returns, or what is wrong with the first field that is.</summary>
    public static (AbaReturnFile? Returns, Refusal? Refusal) Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return (Document(Lines(bytes)), null);
        }
        catch (AbaException error)
        {
            return (null, error.Refusal);
        }
    }

    /// <summary>
    /// Finds the payment of each return: the same reference, amount and account. Banks differ in whether the payee's account stands first
    /// or in the trace; both are looked at. A payment is returned once; a second return of it is a problem, not a match.
    /// </summary>
    public static IReadOnlyList<AbaReturnMatch> Match(IReadOnlyList<AbaDetail> sent, AbaReturnFile file)
    {
        var byReference = sent.Index().Where(record => record.Item.Code != AbaDetail.Debit).ToLookup(record => record.Item.Reference, StringComparer.Ordinal);
        var taken = new HashSet<int>();
        return [.. file.Returns.Select(one => Match(one, [.. byReference[one.Record.Reference]], taken))];
    }

    private static AbaReturnMatch Match(AbaReturn returned, (int Index, AbaDetail Item)[] candidates, HashSet<int> taken)
    {
        if (candidates.Length == 0)
            return new AbaReturnMatch(returned, null, $"No payment has the reference {returned.Record.Reference}.");
        var same = candidates.Where(sent => sent.Item.AmountMinor == returned.Record.AmountMinor).ToArray();
        if (same.Length == 0)
        {
            return new AbaReturnMatch(
                returned, null, $"The payment was of {candidates[0].Item.AmountMinor} cents, the return is of {returned.Record.AmountMinor}.");
        }
        foreach (var (index, sent) in same)
        {
            if (IsAccountOf(returned.Record, sent))
                return taken.Add(index) ? new AbaReturnMatch(returned, index, null) : new AbaReturnMatch(returned, null, "The payment was returned before.");
        }
        return new AbaReturnMatch(returned, null, "The payment went to another account.");
    }

    private static bool IsAccountOf(AbaDetail returned, AbaDetail sent) =>
        (returned.Bsb == sent.Bsb && returned.Account == sent.Account) || (returned.TraceBsb == sent.Bsb && returned.TraceAccount == sent.Account);

    private static List<AbaLine> Lines(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is 0 or > AbaReader.MaxBytes)
            throw new AbaException(StrictNode.Wrong("file", $"1 to {AbaReader.MaxBytes} bytes", $"{bytes.Length}"));
        var lines = new List<AbaLine>();
        foreach (var raw in Encoding.Latin1.GetString(bytes).TrimEnd('\r', '\n', '\u001A').Split('\n'))
        {
            var text = raw.TrimEnd('\r').PadRight(AbaLayout.Columns);
            if (text.Length != AbaLayout.Columns || text.AsSpan().IndexOfAnyExceptInRange(' ', '~') >= 0)
                throw new AbaException(StrictNode.Wrong($"line {lines.Count + 1}", "120 columns of printable ASCII", $"{text.Length} columns"));
            lines.Add(new AbaLine(text, lines.Count + 1));
        }
        return lines;
    }

    private static AbaReturnFile Document(List<AbaLine> lines)
    {
        if (lines.Count < 3)
            throw new AbaException(StrictNode.Wrong("file", "a header, returns and a total record", $"{lines.Count} lines"));
        var file = new AbaReturnFile(AbaReader.Header(lines[0]), [.. lines[1..^1].Select(Return)]);
        var totals = AbaReader.Totals(lines[^1]);
        var sum = file.Returns.Sum(one => one.Record.AmountMinor);
        return totals.Records == file.Returns.Count && totals.CreditMinor + totals.DebitMinor == sum
            ? file
            : throw new AbaException(StrictNode.Wrong(
                $"line {lines.Count}, totals", $"{file.Returns.Count} records, {sum} cents",
                $"{totals.Records} records, {totals.CreditMinor + totals.DebitMinor} cents"));
    }

    private static AbaReturn Return(AbaLine line)
    {
        if (line.Type != '2')
            throw line.Wrong(1, 1, "record type", "2");
        var code = line.Digits(18, 18, "return code");
        return code == 0
            ? throw line.Wrong(18, 18, "return code", "1 to 9")
            : new AbaReturn(AbaReader.Shared(line), (int)code, Optional(line, 113, 114, "original day"), Optional(line, 115, 120, "original user id"));
    }

    private static int Optional(AbaLine line, int from, int to, string field) =>
        line.Raw(from, to).AsSpan().IndexOfAnyExcept(' ') < 0 ? 0 : (int)line.Digits(from, to, field);
}

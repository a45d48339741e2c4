using Commission.Domain.Payouts.Sheets;

namespace Commission.Domain.Payouts.Statements;

/// <summary>A member's statement as people read it.</summary>
public static class MemberStatementSheet
{
    private static readonly (StatementKind Kind, string Name)[] Sums =
    [
        (StatementKind.Accrual, "Commission"), (StatementKind.Adjustment, "Adjustments"), (StatementKind.Clawback, "Clawbacks"),
        (StatementKind.Hold, "Held for disputes"), (StatementKind.Gst, "GST added"), (StatementKind.Withholding, "Tax withheld"),
        (StatementKind.Payout, "Paid out"),
    ];

    /// <summary>The sheet of a statement.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="member">The member's name.</param>
    /// <param name="payer">The payer's name.</param>
    public static Sheet Of(MemberStatement statement, string member, string payer)
    {
        var code = statement.Currency.Code;
        SheetFact Total(string name, long minor) => new(name, $"{Sheet.Amount(minor, code)} {code}");
        return new Sheet(
            "Statement of account",
            [
                new SheetFact("Period", $"{Sheet.Text(statement.From)} to {Sheet.Text(statement.To)}"),
                new SheetFact("Member", $"{member}, {statement.Member}"),
                new SheetFact("Issued by", payer),
            ],
            [
                new SheetColumn("Date", false), new SheetColumn("Entry", false), new SheetColumn($"Owed ({code})", true),
                new SheetColumn($"Held ({code})", true),
            ],
            [.. statement.Lines.Select(line => Row(line, code))],
            [
                Total("Opening balance owed", statement.Opening.OwedMinor),
                .. Sums.Where(sum => statement.Lines.Any(line => line.Kind == sum.Kind)).Select(sum => Total(sum.Name, statement.SumOf(sum.Kind))),
                Total("Closing balance owed", statement.Closing.OwedMinor),
                Total("Held for disputes at the end", statement.Closing.HeldMinor),
            ],
            ["This is no tax invoice. Entries count on the day on which the ledger took them, Sydney time."]);
    }

    private static string[] Row(StatementLine line, string code) =>
        [Sheet.Text(line.On), line.Description, Sheet.Amount(line.OwedMinor, code), line.HeldMinor == 0 ? "" : Sheet.Amount(line.HeldMinor, code)];
}

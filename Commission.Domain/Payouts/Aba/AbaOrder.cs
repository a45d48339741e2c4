namespace Commission.Domain.Payouts.Aba;

/// <summary>One payment of an order.</summary>
/// <param name="Payee">The account that is credited.</param>
/// <param name="AmountMinor">Cents, positive.</param>
/// <param name="Reference">Lodgement reference, at most 16 characters, unique in the order: returns are matched by it.</param>
public sealed record AbaPayment(BankAccount Payee, long AmountMinor, string Reference);

/// <summary>Payments of one processing date, to be written as files.</summary>
/// <param name="Profile">The bank.</param>
/// <param name="UserName">The payer's name as the bank registered it, at most 26 characters.</param>
/// <param name="UserNumber">The payer's direct entry user id, 1 to 999999.</param>
/// <param name="Description">What the entries are, at most 12 characters.</param>
/// <param name="ProcessOn">The processing date, a business day.</param>
/// <param name="Source">The paying account: trace of every record, and debited where the file balances itself.</param>
/// <param name="Remitter">Whom payees see as the payer, at most 16 characters.</param>
/// <param name="Reference">Reference of the balancing debit, at most 16 characters.</param>
/// <param name="Payments">The payments, in the order of the records.</param>
public sealed record AbaOrder(
    AbaProfile Profile, string UserName, int UserNumber, string Description, DateOnly ProcessOn, BankAccount Source, string Remitter,
    string Reference, IReadOnlyList<AbaPayment> Payments);

/// <summary>A file as it is handed to the bank.</summary>
/// <param name="Bytes">Its bytes, ASCII.</param>
/// <param name="Hash">SHA-256 of them.</param>
/// <param name="Document">What was read back from them.</param>
public sealed record AbaFile(byte[] Bytes, Hash Hash, AbaDocument Document);

/// <summary>A file that was read.</summary>
/// <param name="Header">Record type 0.</param>
/// <param name="Details">Records type 1, in order.</param>
/// <param name="Totals">Record type 7.</param>
public sealed record AbaDocument(AbaHeader Header, IReadOnlyList<AbaDetail> Details, AbaTotals Totals);

/// <summary>The descriptive record, type 0.</summary>
/// <param name="Account">The paying account where the header names it; null where it is blank.</param>
/// <param name="Reel">Sequence number, 01.</param>
/// <param name="Institution">Three letters.</param>
/// <param name="UserName">The payer's name.</param>
/// <param name="UserNumber">The payer's user id.</param>
/// <param name="Description">What the entries are.</param>
/// <param name="ProcessOn">The processing date.</param>
public sealed record AbaHeader(
    (Bsb Bsb, string Number)? Account, int Reel, string Institution, string UserName, int UserNumber, string Description, DateOnly ProcessOn);

/// <summary>A detail record, type 1.</summary>
/// <param name="Bsb">Bank, state and branch of the account.</param>
/// <param name="Account">Its number.</param>
/// <param name="Indicator">A space; N for new details; T for a drawing; W, X or Y for tax withheld from a non-resident's dividend or interest.</param>
/// <param name="Code">Transaction code: 13 debit, 50 to 57 credit.</param>
/// <param name="AmountMinor">Cents.</param>
/// <param name="Title">Whose account.</param>
/// <param name="Reference">Lodgement reference.</param>
/// <param name="TraceBsb">Where a return goes.</param>
/// <param name="TraceAccount">The account that it goes to.</param>
/// <param name="Remitter">Who pays.</param>
/// <param name="WithheldMinor">Cents of tax withheld, only with the indicators W, X and Y.</param>
public sealed record AbaDetail(
    Bsb Bsb, string Account, char Indicator, int Code, long AmountMinor, string Title, string Reference, Bsb TraceBsb, string TraceAccount,
    string Remitter, long WithheldMinor)
{
    /// <summary>Code of a debit.</summary>
    public const int Debit = 13;

    /// <summary>Code of a credit.</summary>
    public const int Credit = 50;
}

/// <summary>The file total record, type 7.</summary>
/// <param name="NetMinor">Credits minus debits, without a sign.</param>
/// <param name="CreditMinor">All credits.</param>
/// <param name="DebitMinor">All debits.</param>
/// <param name="Records">Detail records.</param>
public sealed record AbaTotals(long NetMinor, long CreditMinor, long DebitMinor, int Records);

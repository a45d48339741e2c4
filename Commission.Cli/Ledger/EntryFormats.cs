using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Commission.Domain.Amounts;
using Commission.Domain.Ledger;

namespace Commission.Cli.Ledger;

/// <summary>One way to write entries down.</summary>
internal interface IEntryFormat
{
    string Header(IEnumerable<AccountKey> accounts);

    string Entry(EntryLeaf leaf, byte[] bytes);
}

/// <summary>One JSON object a line, with the bytes, so that the file can be verified by itself.</summary>
internal sealed class NdjsonFormat : IEntryFormat
{
    public string Header(IEnumerable<AccountKey> accounts) => "";

    public string Entry(EntryLeaf leaf, byte[] bytes) => new JsonObject
    {
        ["book"] = leaf.Book,
        ["sequence"] = leaf.Sequence,
        ["kind"] = leaf.Entry.Kind.ToString(),
        ["effectiveOn"] = Columns.Date(leaf.Entry.EffectiveOn),
        ["postedAt"] = Columns.Time(leaf.PostedAt),
        ["deal"] = leaf.Entry.Deal.ToString(),
        ["debit"] = leaf.Debit.Account,
        ["debitSequence"] = leaf.Debit.Sequence,
        ["debitBalanceMinor"] = leaf.Debit.BalanceMinor,
        ["credit"] = leaf.Credit.Account,
        ["creditSequence"] = leaf.Credit.Sequence,
        ["creditBalanceMinor"] = leaf.Credit.BalanceMinor,
        ["amountMinor"] = leaf.Entry.Amount.Minor,
        ["currency"] = leaf.Entry.Amount.Currency.Code,
        ["ruleHash"] = leaf.Entry.RuleHash.ToString(),
        ["factsHash"] = leaf.Entry.FactsHash.ToString(),
        ["explanationHash"] = leaf.Entry.ExplanationHash.ToString(),
        ["corrects"] = Columns.Corrects(leaf.Entry),
        ["leafHash"] = MerkleTree.LeafHash(bytes).ToString(),
        ["bytes"] = Domain.Base64Url.Encode(bytes),
    }.ToJsonString() + "\n";
}

/// <summary>RFC 4180, one entry a line.</summary>
internal sealed class CsvFormat : IEntryFormat
{
    public string Header(IEnumerable<AccountKey> accounts) =>
        "sequence,effective_on,posted_at,kind,deal,debit,credit,amount,currency,debit_balance,credit_balance,rule_hash,corrects,leaf_hash\r\n";

    public string Entry(EntryLeaf leaf, byte[] bytes)
    {
        var decimals = leaf.Entry.Amount.Currency.Decimals;
        string[] fields =
        [
            leaf.Sequence.ToString(CultureInfo.InvariantCulture), Columns.Date(leaf.Entry.EffectiveOn), Columns.Time(leaf.PostedAt),
            leaf.Entry.Kind.ToString(), leaf.Entry.Deal.ToString(), leaf.Debit.Account, leaf.Credit.Account,
            Money.Decimal(leaf.Entry.Amount.Minor, decimals), leaf.Entry.Amount.Currency.Code,
            Money.Decimal(leaf.Debit.BalanceMinor, decimals), Money.Decimal(leaf.Credit.BalanceMinor, decimals),
            leaf.Entry.RuleHash.ToString(), Columns.Corrects(leaf.Entry) ?? "", MerkleTree.LeafHash(bytes).ToString(),
        ];
        return string.Join(',', fields.Select(Quote)) + "\r\n";
    }

    private static string Quote(string field) =>
        field.AsSpan().IndexOfAny(",\"\r\n") < 0 ? field : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}

/// <summary>A plain-text accounting journal that hledger and Ledger both read; accounts and commodities are declared.</summary>
internal sealed class HledgerFormat : IEntryFormat
{
    public string Header(IEnumerable<AccountKey> accounts)
    {
        var keys = accounts.ToList();
        var journal = new StringBuilder();
        foreach (var currency in keys.Select(key => key.Currency).Distinct().OrderBy(currency => currency.Code, StringComparer.Ordinal))
            journal.Append(CultureInfo.InvariantCulture, $"commodity {currency}\n  format {Money.Decimal(100_000, currency.Decimals)} {currency}\n\n");
        foreach (var name in keys.Select(key => key.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            journal.Append("account ").Append(name).Append('\n');
        return journal.Append('\n').ToString();
    }

    public string Entry(EntryLeaf leaf, byte[] bytes)
    {
        var (amount, currency) = (leaf.Entry.Amount.Minor, leaf.Entry.Amount.Currency);
        return $"{Columns.Date(leaf.Entry.EffectiveOn)} * ({leaf.Sequence}) {leaf.Entry.Kind} {leaf.Entry.Deal}\n"
            + $"    {leaf.Debit.Account}  {Money.Decimal(amount, currency.Decimals)} {currency}\n"
            + $"    {leaf.Credit.Account}  {Money.Decimal(-amount, currency.Decimals)} {currency}\n\n";
    }
}

internal static class Columns
{
    /// <summary>The facts of the calculation that the entry corrects, or null.</summary>
    public static string? Corrects(EntryDraft entry) => entry.Corrects == Domain.Hash.Zero ? null : entry.Corrects.ToString();

    public static string Date(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}

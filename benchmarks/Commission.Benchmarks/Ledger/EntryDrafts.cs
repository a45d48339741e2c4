using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Ledger;

namespace Commission.Benchmarks.Ledger;

/// <summary>Accruals as deals make them: a receivable on one side, one of 200 payables on the other.</summary>
internal static class EntryDrafts
{
    public const int Payables = 200;
    public const int Receivables = 18;
    private static readonly ContactId[] Contacts = [.. Enumerable.Range(0, Payables).Select(i => ContactId.Derive("benchmark", $"payee-{i}"))];
    private static readonly string[] Payees = Array.ConvertAll(Contacts, Accounts.Payable);
    private static readonly string[] Verticals = [.. Enumerable.Range(0, Receivables).Select(i => Accounts.Receivable($"VERTICAL_{i}"))];
    private static readonly Hash Rule = Hash.Of("rule"u8);

    public static EntryDraft[] Of(int first, int count) => [.. Enumerable.Range(first, count).Select(number => Of(number))];

    private static EntryDraft Of(int number)
    {
        var deal = new DealId(Guid.CreateVersion7());
        return new EntryDraft(
            EntryKind.Accrual, deal, Verticals[number % Receivables], Payees[number % Payables], new Money(10_000 + number, Currency.Aud),
            new DateOnly(2026, 1, 1), Rule, Hash.Of(BitConverter.GetBytes(number)), Hash.Of(BitConverter.GetBytes(~number)), Contacts[number % Payables], 0);
    }
}

using System.Globalization;
using Commission.Domain.Ledger;
using Commission.Domain.Ledger.Evidence;
using static Commission.Verifier.Findings;

namespace Commission.Verifier;

/// <summary>No entry of an account's period is missing: its chain has no gap, and its neighbours lie outside.</summary>
internal static class PeriodCheck
{
    public static void Verify(EvidencePack pack, PeriodSubject period, IReadOnlyList<EntryLeaf> entries, Findings findings)
    {
        Require(
            pack.Keys.Count + pack.RuleSets.Count + pack.Calculations.Count + pack.Agreements.Count == 0 && pack.Books.All(book => book.Book == Books.Ledger),
            Failure.Completeness, "The pack of a period holds entries of the ledger and nothing else.");
        Require(entries.Count > 0, Failure.Completeness, $"The pack holds no entry of {period.Account}.");
        Require(
            entries.All(leaf => leaf.Entry.Amount.Currency == period.Currency
                && (leaf.Debit.Account == period.Account || leaf.Credit.Account == period.Account)),
            Failure.Completeness, $"The pack holds an entry that does not move {period.Account} in {period.Currency}.");
        var section = AccountSection.Of(period, entries);
        Verify(section);
        findings.Shown.Add(string.Create(
            CultureInfo.InvariantCulture, $"{period.Account}: {section.Entries.Count} entries from {period.From:yyyy-MM-dd} to {period.To:yyyy-MM-dd}, and none is missing between them"));
        if (section.After is null)
        {
            var last = entries.Max(leaf => section.Side(leaf).Sequence);
            findings.NotShown.Add($"that the account has no entry after its number {last}: the pack ends there, and only the whole book shows that (commission-verify book)");
        }
        findings.NotShown.Add("what the entries rest on: each has an evidence pack of its own");
    }

    private static void Verify(AccountSection section)
    {
        var chain = section.Entries.ToList();
        if (section.Before is { } before)
            chain.Insert(0, before);
        if (section.After is { } after)
            chain.Add(after);
        Require(section.Before is not null || section.Side(chain[0]).Sequence == 1, Failure.Completeness,
            $"The account's entry {section.Side(chain[0]).Sequence - 1} is missing.");
        for (var i = 1; i < chain.Count; i++)
        {
            Require(section.Side(chain[i]).Sequence == section.Side(chain[i - 1]).Sequence + 1, Failure.Completeness,
                $"The account's entry {section.Side(chain[i - 1]).Sequence + 1} is missing.");
        }
        if (section.Entries.Count > 0)
        {
            Require(section.Entries[0].PostedAt >= section.Period.Start && section.Entries[^1].PostedAt < section.Period.End, Failure.Completeness,
                "The pack holds entries of other days than it says.");
        }
    }
}

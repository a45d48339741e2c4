using System.Text;
using Commission.Domain.Ledger;

namespace Commission.Domain.Remittances;

/// <summary>What remittances leave in the administration book: money that a provider says it has paid lets payouts go that wait for it.</summary>
public static class RemittanceRecords
{
    /// <summary>The leaf of a file that was taken.</summary>
    /// <param name="id">The remittance.</param>
    /// <param name="file">SHA-256 of the file.</param>
    /// <param name="lines">How many lines it has.</param>
    /// <param name="by">Who handed it in.</param>
    /// <param name="at">When.</param>
    public static ActDraft Taken(RemittanceId id, Hash file, int lines, ContactId by, DateTimeOffset at) => new(
        AdministrativeAct.RemittanceTaken, id.Value,
        AdministrativeAct.RemittanceTaken.Payload(by.ToString(), at)
            .Add("file", file.ToString()).Add("lines", lines).Add("remittance", id.ToString()).ToBytes());

    /// <summary>The leaf of a line of which somebody said what it is for.</summary>
    /// <param name="id">The remittance.</param>
    /// <param name="line">The line's number, from 1.</param>
    /// <param name="deal">What it is for.</param>
    /// <param name="reason">Why; the leaf has its hash.</param>
    /// <param name="by">Who said so.</param>
    /// <param name="at">When.</param>
    public static ActDraft Matched(RemittanceId id, int line, DealId deal, string reason, ContactId by, DateTimeOffset at) => new(
        AdministrativeAct.RemittanceMatched, id.Value,
        AdministrativeAct.RemittanceMatched.Payload(by.ToString(), at)
            .Add("deal", deal.ToString()).Add("line", line).Add("reasonHash", Hash.Of(Encoding.UTF8.GetBytes(reason)).ToString())
            .Add("remittance", id.ToString()).ToBytes());
}

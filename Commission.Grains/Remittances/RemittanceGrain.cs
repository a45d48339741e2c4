using Commission.Domain;
using Commission.Domain.Remittances;
using Commission.Grains.Interfaces.Remittances;
using Commission.Storage.Remittances;

namespace Commission.Grains.Remittances;

/// <summary>One remittance advice: its lines are rows.</summary>
[GrainType("remittance")]
internal sealed class RemittanceGrain(RemittanceStore store, RemittanceQueries queries, TimeProvider time) : Grain, IRemittanceGrain
{
    private RemittanceId Id => TypedId.Parse<RemittanceId>(this.GetPrimaryKeyString());

    public Task<bool> Take(Hash file, RemittanceLine[] lines, ContactId by) => store.AddAsync(Id, file, lines, by, time.GetUtcNow());

    public async Task<Refusal?> Match(int line, DealId deal, string reason, ContactId by)
    {
        if (await store.MatchAsync(Id, line, deal, by, reason, time.GetUtcNow()))
            return null;
        return (await queries.ListLinesAsync(Id)).Find(row => row.Number == line) switch
        {
            null => new Refusal(RefusalCodes.UnknownItem, $"The remittance has no line {line}.", "line"),
            { Counts: false } => new Refusal(RefusalCodes.WrongState, $"Line {line} was taken before and does not count.", "line"),
            { Deal: { } known } when known == deal.Value => null,
            var row => new Refusal(RefusalCodes.WrongState, $"Line {line} is for {DealId.From(row.Deal!.Value)} already.", "line"),
        };
    }
}

using Commission.Grains.Interfaces.Payouts;
using Commission.Storage.Payouts;
using Orleans.Concurrency;

namespace Commission.Grains.Payouts;

/// <summary>Reads papers for those that have no keys: the canonical bytes, decrypted and checked against their hash.</summary>
[GrainType("tax-paper")]
[StatelessWorker]
internal sealed class TaxPaperGrain(TaxPaperQueries papers, PayeeVault vault) : Grain, ITaxPaperGrain
{
    public async Task<byte[]?> Read() =>
        await papers.ReadContentAsync(this.GetPrimaryKey()) is { } stored ? vault.OpenPaper(stored.Content, stored.Hash) : null;
}

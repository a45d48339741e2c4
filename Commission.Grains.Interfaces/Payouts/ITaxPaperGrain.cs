namespace Commission.Grains.Interfaces.Payouts;

/// <summary>Reads tax papers; changes nothing.</summary>
[Alias("ITaxPaperGrain")]
public interface ITaxPaperGrain : IGrainWithIntegerKey
{
    /// <summary>The canonical bytes of a paper as it was issued (docs/formats/tax-paper.md), or null when there is none.</summary>
    /// <param name="paper">The paper's id.</param>
    [Alias("Read")]
    Task<byte[]?> Read(Guid paper);
}

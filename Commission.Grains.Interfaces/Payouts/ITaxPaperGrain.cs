namespace Commission.Grains.Interfaces.Payouts;

/// <summary>Reads the tax paper whose id is the key; changes nothing.</summary>
[Alias("ITaxPaperGrain")]
public interface ITaxPaperGrain : IGrainWithGuidKey
{
    /// <summary>The canonical bytes of the paper as it was issued (docs/formats/tax-paper.md), or null when there is none.</summary>
    [Alias("Read")]
    Task<byte[]?> Read();
}

using Commission.Domain;
using Commission.Domain.Remittances;

namespace Commission.Grains.Interfaces.Remittances;

/// <summary>One remittance advice of a provider; its key is its id.</summary>
[Alias("IRemittanceGrain")]
public interface IRemittanceGrain : IGrainWithStringKey
{
    /// <summary>Takes the lines of a file; whether it is new. Taken again it is the same one.</summary>
    [Alias("Take"), ResponseTimeout("00:02:00")]
    Task<bool> Take(Hash file, RemittanceLine[] lines, ContactId by);

    /// <summary>Says which deal a line is for; the refusal of a line that has one, does not count, or is not there, or null.</summary>
    [Alias("Match")]
    Task<Refusal?> Match(int line, DealId deal, string reason, ContactId by);
}

using Commission.Domain.Guarantees;
using Commission.Domain.Payouts.Calendar;
using Commission.Storage.Payouts;
using Orleans.Serialization;

namespace Commission.Storage.Guarantees;

/// <summary>What the checks know beside the tables.</summary>
/// <param name="Serializer">Reads states.</param>
/// <param name="Vault">Opens files and accounts.</param>
/// <param name="RelyingParty">The host that authenticators were registered for.</param>
/// <param name="Signer">What the signer remembers; null when nobody knows.</param>
/// <param name="Limits">What "in time" means.</param>
public sealed record CheckContext(Serializer Serializer, PayeeVault Vault, string RelyingParty, SignerMemory? Signer, ServiceLimits Limits)
{
    /// <summary>The business clock of a region.</summary>
    public static BusinessHours HoursOf(Region region) => new(region, TimeZoneInfo.FindSystemTimeZoneById(region.ZoneId()));
}

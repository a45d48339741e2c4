using Commission.Domain;
using Commission.Domain.Payouts;

namespace Commission.Grains.Interfaces.Payouts;

/// <summary>Where one payee is paid; its key is the contact's id.</summary>
[Alias("IPayeeAccountGrain")]
public interface IPayeeAccountGrain : IGrainWithStringKey
{
    /// <summary>Proposes or verifies. A repeated request gets the account as it is.</summary>
    [Alias("Execute")]
    Task<PayeeAccountResult> Execute(PayeeAccountCommand command);

    /// <summary>The account, encrypted and masked; empty before the first proposal.</summary>
    [Alias("Get")]
    Task<PayeeAccountState> Get();
}

/// <summary>The answer to a command: the account as it is now, or a refusal.</summary>
/// <param name="State">The account; null when refused.</param>
/// <param name="Refusal">Why not; null when accepted.</param>
/// <param name="Replayed">Whether the request was answered before.</param>
[GenerateSerializer, Immutable, Alias("PayeeAccountResult")]
public sealed record PayeeAccountResult([property: Id(0)] PayeeAccountState? State, [property: Id(1)] Refusal? Refusal, [property: Id(2)] bool Replayed);

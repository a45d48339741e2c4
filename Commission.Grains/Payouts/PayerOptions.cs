using Commission.Domain;
using Commission.Domain.Payouts.Aba;
using Commission.Domain.Payouts.Tax;

namespace Commission.Grains.Payouts;

/// <summary>Who pays, and from where; section <c>Commission:Payer</c>.</summary>
public sealed class PayerOptions
{
    /// <summary>The payer's ABN.</summary>
    public string? Abn { get; set; }
    /// <summary>The payer's legal name on tax papers; empty for <see cref="UserName"/>.</summary>
    public string LegalName { get; set; } = "";
    /// <summary>Whether the payer is registered for GST.</summary>
    public bool GstRegistered { get; set; }
    /// <summary>The bank's file profile: nab, cba, wbc, anz or generic.</summary>
    public string Profile { get; set; } = "generic";
    /// <summary>The payer's name as the bank registered it for direct entry.</summary>
    public string UserName { get; set; } = "";
    /// <summary>The payer's direct entry user id.</summary>
    public int UserNumber { get; set; }
    /// <summary>What the entries are, at most 12 characters.</summary>
    public string Description { get; set; } = "COMMISSION";
    /// <summary>Whom payees see as the payer, at most 16 characters.</summary>
    public string Remitter { get; set; } = "COMMISSION";
    /// <summary>Bank, state and branch of the paying account.</summary>
    public string Bsb { get; set; } = "";
    /// <summary>Number of the paying account.</summary>
    public string AccountNumber { get; set; } = "";

    /// <summary>The payer's name as tax papers give it.</summary>
    public string NameOnPapers => LegalName.Length > 0 ? LegalName : UserName;

    /// <summary>The payer as tax papers name it.</summary>
    internal TaxParty Party => new(NameOnPapers, Domain.Payouts.Tax.Abn.TryParse(Abn, out var abn) ? abn : null, GstRegistered);

    /// <summary>An order of these payments, or the refusal of what is not configured.</summary>
    internal (AbaOrder? Order, Refusal? Refusal) Order(DateOnly processOn, string reference, IReadOnlyList<AbaPayment> payments) =>
        AbaProfile.Find(Profile) is { } profile && Domain.Payouts.Aba.Bsb.TryParse(Bsb, out var bsb) && UserNumber > 0
            ? (new AbaOrder(
                profile, UserName, UserNumber, Description, processOn, new BankAccount(bsb, AccountNumber, UserName), Remitter, reference, payments), null)
            : (null, new Refusal(
                RefusalCodes.RailNotConfigured, "Direct entry needs Profile, UserName, UserNumber, Bsb and AccountNumber in Commission:Payer."));
}

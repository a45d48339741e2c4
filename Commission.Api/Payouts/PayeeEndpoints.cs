using Commission.Api.Http;
using Commission.Api.Members;
using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Payouts;
using Commission.Domain.Payouts.Aba;
using Commission.Domain.Payouts.Tax;
using Commission.Grains.Interfaces.Members;
using Commission.Grains.Interfaces.Payouts;
using Commission.Storage.Agreements;
using Commission.Storage.Payouts;

namespace Commission.Api.Payouts;

/// <summary>Where payees are paid, and what they are owed.</summary>
internal static class PayeeEndpoints
{
    public static void MapPayees(this IEndpointRouteBuilder routes)
    {
        var contacts = routes.MapGroup("/contacts/{id}").WithTags("Payouts");
        contacts.MapPost("/bank-account", ProposeAsync).WithName("proposeBankAccount").Accepts<BankAccountBody>("application/json")
            .Produces<PayeeAccountView>()
            .WithSummary("Says where a contact is to be paid. It counts once somebody else has verified it.");
        contacts.MapPost("/bank-account/verify", VerifyAsync).WithName("verifyBankAccount").Accepts<VerifyBody>("application/json")
            .Produces<PayeeAccountView>()
            .WithSummary("Verifies what was proposed: not by who proposed it, nor by who is paid.");
        contacts.MapPost("/tax-facts", ProposeTaxFactsAsync).WithName("proposeTaxFacts").Accepts<TaxFactsBody>("application/json")
            .Produces<PayeeAccountView>()
            .WithSummary("Says what tax law asks of a contact; enough for who is paid by Stripe. A verified bank account stays.");
        contacts.MapPost("/tax-facts/verify", VerifyAsync).WithName("verifyTaxFacts").Accepts<VerifyBody>("application/json")
            .Produces<PayeeAccountView>()
            .WithSummary("Verifies what was proposed: not by who proposed it, nor by who is paid.");
        contacts.MapGet("/tax-facts", GetAsync).WithName("getTaxFacts").Produces<PayeeAccountView>();
        contacts.MapGet("/bank-account", GetAsync).WithName("getBankAccount").Produces<PayeeAccountView>();
        contacts.MapGet("/payouts", BalancesAsync).WithName("getPayoutBalances").Produces<IReadOnlyList<PayeeBalanceView>>()
            .WithSummary("Available, cooling off, disputed, in payouts and paid: together what the ledger says.");
    }

    private static async Task<IResult> ProposeAsync(
        string id, HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains, AgreementQueries agreements)
    {
        var payee = Answers.Id<ContactId>(id);
        var request = await CommandRequest.ReadAsync(http, actor.Required);
        using var hold = inFlight.Enter(request.Fingerprint);
        if (request.Caller != payee)
            await Staff.RequireAsync(grains, actor);
        if (await grains.GetGrain<IMemberGrain>(payee.ToString()).GetProfile() is null)
            throw Answers.NotFound($"There is no contact {payee}.");
        var body = new BodyReader(request.Body);
        body.Allow("bsb", "accountNumber", "title", "abn", "gstRegistered", "rctiAgreement");
        var agreement = await AgreementOfAsync(body, agreements, http.RequestAborted);
        var account = new BankAccount(
            Bsb.TryParse(body.Text("bsb"), out var bsb) ? bsb : throw ProblemException.Field("bsb", "bsb must be six digits such as 062-000."),
            body.Text("accountNumber"), body.Text("title"));
        var result = await grains.GetGrain<IPayeeAccountGrain>(payee.ToString()).Execute(new ProposePayeeAccount(
            payee, account, AbnOf(body), IsRegistered(body), agreement, request.Caller!.Value, request.Fingerprint));
        return Answers.Command(http, result.State is null ? null : PayeeAccountView.Of(result.State), result.Refusal, result.Replayed);
    }

    private static async Task<IResult> ProposeTaxFactsAsync(
        string id, HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains, AgreementQueries agreements)
    {
        var payee = Answers.Id<ContactId>(id);
        var request = await CommandRequest.ReadAsync(http, actor.Required);
        using var hold = inFlight.Enter(request.Fingerprint);
        if (request.Caller != payee)
            await Staff.RequireAsync(grains, actor);
        if (await grains.GetGrain<IMemberGrain>(payee.ToString()).GetProfile() is null)
            throw Answers.NotFound($"There is no contact {payee}.");
        var body = new BodyReader(request.Body);
        body.Allow("abn", "gstRegistered", "rctiAgreement");
        var result = await grains.GetGrain<IPayeeAccountGrain>(payee.ToString()).Execute(new ProposeTaxFacts(
            payee, AbnOf(body), IsRegistered(body), await AgreementOfAsync(body, agreements, http.RequestAborted), request.Caller!.Value,
            request.Fingerprint));
        return Answers.Command(http, result.State is null ? null : PayeeAccountView.Of(result.State), result.Refusal, result.Replayed);
    }

    private static async Task<string?> AgreementOfAsync(BodyReader body, AgreementQueries agreements, CancellationToken cancellationToken)
    {
        var agreement = body.OptionalText("rctiAgreement");
        return agreement is null || await agreements.FindStandingAsync(agreement, cancellationToken) == Domain.Rules.GoverningAgreement.InForce
            ? agreement
            : throw new ProblemException(new Refusal(RefusalCodes.UnknownAgreement, $"No agreement {agreement} is in force.", "rctiAgreement"));
    }

    private static Abn? AbnOf(BodyReader body) => body.OptionalText("abn") is not { } text ? null
        : Abn.TryParse(text, out var abn) ? abn : throw ProblemException.Field("abn", "abn must be eleven digits with the right check digits.");

    private static bool IsRegistered(BodyReader body) => body.Find("gstRegistered") switch
    {
        null or { ValueKind: System.Text.Json.JsonValueKind.False } => false,
        { ValueKind: System.Text.Json.JsonValueKind.True } => true,
        _ => throw ProblemException.Field("gstRegistered", "gstRegistered must be true or false."),
    };

    private static async Task<IResult> VerifyAsync(string id, HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains)
    {
        var payee = Answers.Id<ContactId>(id);
        var request = await CommandRequest.ReadAsync(http, actor.Required);
        using var hold = inFlight.Enter(request.Fingerprint);
        await Staff.RequireAsync(grains, actor);
        var body = new BodyReader(request.Body);
        body.Allow("commitment");
        var commitment = Hash.TryParse(body.Text("commitment"), out var hash)
            ? hash
            : throw ProblemException.Field("commitment", "commitment must be 64 lower-case hexadecimal digits.");
        var result = await grains.GetGrain<IPayeeAccountGrain>(payee.ToString()).Execute(
            new VerifyPayeeAccount(commitment, request.Caller!.Value, request.Fingerprint));
        return Answers.Command(http, result.State is null ? null : PayeeAccountView.Of(result.State), result.Refusal, result.Replayed);
    }

    private static async Task<IResult> GetAsync(string id, IActor actor, IGrainFactory grains)
    {
        var payee = Answers.Id<ContactId>(id);
        if (actor.Required != payee)
            await Staff.RequireAsync(grains, actor);
        var state = await grains.GetGrain<IPayeeAccountGrain>(payee.ToString()).Get();
        return state.Proposed is null && state.Verified is null
            ? throw Answers.NotFound($"{payee} has neither a bank account nor tax facts.")
            : TypedResults.Ok(PayeeAccountView.Of(state));
    }

    private static async Task<IResult> BalancesAsync(
        string id, IActor actor, IGrainFactory grains, PayeeBalanceQueries balances, CancellationToken cancellationToken)
    {
        var payee = Answers.Id<ContactId>(id);
        if (actor.Required != payee)
            await Staff.RequireAsync(grains, actor);
        var views = new List<PayeeBalanceView>();
        foreach (var row in await balances.ReadAsync(payee, cancellationToken))
        {
            var currency = Currency.TryParse(row.Currency, out var known) ? known : throw new InvalidDataException("Unknown currency.");
            var previews = await grains.GetGrain<IPayoutEligibilityGrain>(0).Preview(Rail.Aba, currency, new PayoutFilter([payee], null), 1);
            views.Add(PayeeBalanceView.Of(row, previews.Length == 0 ? 0 : previews[0].CoolingOffMinor));
        }
        return TypedResults.Ok(views);
    }
}

internal sealed record BankAccountBody(string Bsb, string AccountNumber, string Title, string? Abn, bool? GstRegistered, string? RctiAgreement);

internal sealed record TaxFactsBody(string? Abn, bool? GstRegistered, string? RctiAgreement);

internal sealed record VerifyBody(string Commitment);

/// <summary>An account as people may see it: masked, and null where there are tax facts only. The commitment is what a verification names.</summary>
internal sealed record PayeeDetailsView(
    string? Account, string Commitment, string? Abn, bool GstRegistered, string? RctiAgreement, string By, DateTimeOffset At)
{
    public static PayeeDetailsView? Of(PayeeDetails? details) => details is null ? null : new PayeeDetailsView(
        details.HasAccount ? details.Masked : null, details.Shown.ToString(), details.Abn?.ToString(), details.IsGstRegistered,
        details.RctiAgreement, details.By.ToString(), details.At);
}

/// <summary>What was proposed and waits, and what is in force.</summary>
internal sealed record PayeeAccountView(
    string Payee, PayeeDetailsView? Proposed, PayeeDetailsView? Verified, string? VerifiedBy, DateTimeOffset? VerifiedAt)
{
    public static PayeeAccountView Of(PayeeAccountState state) => new(
        state.Payee.ToString(), PayeeDetailsView.Of(state.Proposed), PayeeDetailsView.Of(state.Verified), state.VerifiedBy?.ToString(), state.VerifiedAt);
}

/// <summary>
/// What a payee is owed and where it stands. owed = available + coolingOff + drafted + failed + posting; disputed is an account of
/// its own; posting is what payouts moved and the ledger is about to hold.
/// </summary>
internal sealed record PayeeBalanceView(
    string Currency, long OwedMinor, long AvailableMinor, long CoolingOffMinor, long DisputedMinor, long DraftedMinor, long OnTheWayMinor, long PaidMinor,
    long FailedMinor, long EarnedMinor, long PostingMinor)
{
    public static PayeeBalanceView Of(PayeeBalanceRow row, long coolingOffMinor) => new(
        row.Currency, row.OwedMinor, row.OpenMinor - row.DisputedMinor - coolingOffMinor, coolingOffMinor, row.DisputedMinor, row.DraftedMinor,
        row.SubmittedMinor, row.PaidMinor, row.FailedMinor, row.EarnedMinor, row.PostingMinor);
}

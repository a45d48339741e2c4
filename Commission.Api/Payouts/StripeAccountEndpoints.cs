using Commission.Api.Http;
using Commission.Api.Members;
using Commission.Domain;
using Commission.Domain.Payouts;
using Commission.Grains.Interfaces.Members;
using Commission.Grains.Payouts.Stripe;
using Commission.Storage.Payouts.Stripe;

namespace Commission.Api.Payouts;

/// <summary>Payees' accounts at Stripe: opened once, filled in at Stripe by the payee, and watched.</summary>
internal static class StripeAccountEndpoints
{
    public static void MapStripeAccounts(this IEndpointRouteBuilder routes)
    {
        var account = routes.MapGroup("/contacts/{id}/stripe-account").WithTags("Payouts");
        account.MapPost("", OpenAsync).WithName("openStripeAccount").Accepts<OpenStripeBody>("application/json").Produces<StripeAccountView>()
            .WithSummary("Opens the payee's account at Stripe: one, however often it is asked for.");
        account.MapPost("/onboarding-link", LinkAsync).WithName("mintOnboardingLink").Accepts<LinkBody>("application/json").Produces<OnboardingLinkView>()
            .WithSummary("A link to Stripe's form for the payee. It works once and for minutes, is made when it is asked for and never stored.")
            .WithDescription("A repeated request gets a fresh link.");
        account.MapGet("", GetAsync).WithName("getStripeAccount").Produces<StripeAccountView>()
            .WithSummary("What Stripe still wants, and whether the payee can be paid by it, or why not. ask=true asks Stripe now.");
    }

    private static async Task<IResult> OpenAsync(
        string id, HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains, StripeOptions options, StripeRequests requests,
        IServiceProvider services)
    {
        var (payee, request) = await ReadAsync(id, http, actor, grains);
        using var hold = inFlight.Enter(request.Fingerprint);
        var body = new BodyReader(request.Body);
        body.Allow("country");
        var country = body.Text("country");
        if (country.Length != 2 || !country.All(char.IsAsciiLetterUpper))
            throw ProblemException.Field("country", $"country must be two capital letters such as AU (ISO 3166), not '{country}'.");
        if (await grains.GetGrain<IMemberGrain>(payee.ToString()).GetProfile() is null)
            throw Answers.NotFound($"There is no contact {payee}.");
        try
        {
            var account = await Onboarding(options, services).OpenAsync(payee, country, http.RequestAborted) ?? throw Unanswered();
            return await requests.FindAccountOrderAsync(payee, options.IsLive, http.RequestAborted) is { Order.Country: { } other } && other != country
                ? throw new ProblemException(new Refusal(RefusalCodes.AlreadyExists, $"The payee has an account of {other}.", "country", account.State.Account))
                : TypedResults.Ok(StripeAccountView.Of(account, options.IsLive));
        }
        catch (StripeRefusedException refused)
        {
            throw new ProblemException(new Refusal(RefusalCodes.RailRefused, $"Stripe refused it: {refused.Message} ({refused.Code})"));
        }
    }

    private static async Task<IResult> LinkAsync(
        string id, HttpContext http, IActor actor, IGrainFactory grains, StripeOptions options, IServiceProvider services)
    {
        var (payee, request) = await ReadAsync(id, http, actor, grains);
        var body = new BodyReader(request.Body);
        body.Allow("returnUrl", "refreshUrl");
        var (returnUrl, refreshUrl) = (Address(body, "returnUrl", options), Address(body, "refreshUrl", options));
        return await Onboarding(options, services).MintLinkAsync(payee, returnUrl, refreshUrl, http.RequestAborted) switch
        {
            null => throw NoAccount(payee),
            StripeAnswer<StripeOnboardingLink>.Done { Value: var link } => TypedResults.Ok(new OnboardingLinkView(link.Url.ToString(), link.ExpiresAt)),
            StripeAnswer<StripeOnboardingLink>.Refused refused =>
                throw new ProblemException(new Refusal(RefusalCodes.RailRefused, $"Stripe refused it: {refused.Text} ({refused.Code})")),
            _ => throw Unanswered(),
        };
    }

    private static async Task<IResult> GetAsync(
        string id, bool? ask, HttpContext http, IActor actor, IGrainFactory grains, StripeAccounts accounts, StripeOptions options, IServiceProvider services)
    {
        var payee = Answers.Id<ContactId>(id);
        await RequireAsync(payee, actor, grains);
        var onboarding = Onboarding(options, services);
        var account = ask == true
            ? await onboarding.RefreshAsync(payee, http.RequestAborted)
            : await accounts.FindAsync(payee, options.IsLive, http.RequestAborted);
        return account is null ? throw NoAccount(payee) : TypedResults.Ok(StripeAccountView.Of(account, options.IsLive));
    }

    private static async Task<(ContactId Payee, CommandRequest Request)> ReadAsync(string id, HttpContext http, IActor actor, IGrainFactory grains)
    {
        var payee = Answers.Id<ContactId>(id);
        var request = await CommandRequest.ReadAsync(http, actor.Required);
        await RequireAsync(payee, actor, grains);
        return (payee, request);
    }

    private static Task RequireAsync(ContactId payee, IActor actor, IGrainFactory grains) =>
        actor.Required == payee ? Task.CompletedTask : Staff.RequireAsync(grains, actor);

    /// <summary>The rail is made when it is first used: without a key there is none.</summary>
    private static StripeOnboarding Onboarding(StripeOptions options, IServiceProvider services) => options.IsConfigured
        ? services.GetRequiredService<StripeOnboarding>()
        : throw new ProblemException(new Refusal(RefusalCodes.RailNotConfigured, "Stripe is not configured: Commission:Stripe:ApiKey is missing."));

    /// <summary>Stripe takes https only, and in test mode http to the developer's own machine.</summary>
    private static Uri Address(BodyReader body, string name, StripeOptions options) =>
        Uri.TryCreate(body.Text(name), UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback && !(options.IsConfigured && options.IsLive)))
            ? address
            : throw ProblemException.Field(name, $"{name} must be an https address; in test mode also http to a loopback address.");

    private static ProblemException NoAccount(ContactId payee) => Answers.NotFound($"{payee} has no account at Stripe: POST …/stripe-account opens one.");

    private static ProblemException Unanswered() =>
        new(new Refusal(RefusalCodes.Busy, "Stripe has not answered. What was asked for is done once however often it is asked for: ask again."));
}

internal sealed record OpenStripeBody(string Country);

internal sealed record LinkBody(string ReturnUrl, string RefreshUrl);

internal sealed record OnboardingLinkView(string Url, DateTimeOffset ExpiresAt);

/// <summary>An account at Stripe; what is due by Stripe's own field names.</summary>
internal sealed record StripeAccountView(
    string Payee, string Account, string Mode, bool CanReceive, string? WhyNot, string Transfers, bool PayoutsEnabled, bool DetailsSubmitted,
    string? DisabledReason, IReadOnlyList<string> CurrentlyDue, IReadOnlyList<string> PastDue, IReadOnlyList<string> EventuallyDue,
    IReadOnlyList<string> PendingVerification, DateTimeOffset AsOf, DateTimeOffset? DeauthorizedAt)
{
    public static StripeAccountView Of(StripeAccount account, bool isLive)
    {
        var state = account.State;
        return new StripeAccountView(
            account.Payee.ToString(), state.Account, StripeDestination.ModeOf(isLive), account.CanReceive, account.WhyNot, state.Transfers,
            state.PayoutsEnabled, state.DetailsSubmitted, state.DisabledReason, state.CurrentlyDue, state.PastDue, state.EventuallyDue,
            state.PendingVerification, state.AsOf, account.DeauthorizedAt);
    }
}

using System.Text.Json;
using Commission.Storage.Payouts.Stripe;
using Api = Stripe;

namespace Commission.Grains.Payouts.Stripe;

/// <summary>Stripe through Stripe.net. It retries nothing by itself: only who persisted a request may send it again.</summary>
public sealed class StripeGateway : IStripeGateway, IDisposable
{
    private const string Reference = "reference";
    private readonly StripeOptions _options;
    private readonly HttpClient _http;
    private readonly Api.StripeClient _client;
    private readonly SemaphoreSlim _slots;

    /// <summary>Connects to where the options say.</summary>
    public StripeGateway(StripeOptions options)
    {
        options.Check();
        if (!options.IsConfigured)
            throw new StripeSettingsException("Commission:Stripe:ApiKey is missing: without it nothing is paid by Stripe.");
        (_options, IsLive) = (options, options.IsLive);
        _slots = new SemaphoreSlim(options.MaxParallelRequests);
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, MaxConnectionsPerServer = options.MaxParallelRequests };
        _http = new HttpClient(handler) { Timeout = options.Timeout };
        var transport = new Api.SystemNetHttpClient(_http, maxNetworkRetries: 0, enableTelemetry: false);
        _client = new Api.StripeClient(options.ApiKey, httpClient: transport, apiBase: options.ApiBase.GetLeftPart(UriPartial.Authority));
    }

    /// <inheritdoc />
    public bool IsLive { get; }

    /// <inheritdoc />
    public Task<StripeAnswer<StripeObject>> SendAsync(StripeOrder order, CancellationToken cancellationToken) => CallAsync(async () =>
    {
        var request = new Api.RequestOptions { IdempotencyKey = order.Key };
        switch (order.Kind)
        {
            case StripeOrderKind.Account:
                return OfAccount(await new Api.AccountService(_client).CreateAsync(StripeParameters.Account(order), request, cancellationToken));
            case StripeOrderKind.Transfer:
                return Checked(order, await new Api.TransferService(_client).CreateAsync(StripeParameters.Transfer(order), request, cancellationToken));
            case StripeOrderKind.Reversal:
                var reversals = new Api.TransferReversalService(_client);
                return Checked(order, await reversals.CreateAsync(order.Subject, StripeParameters.Reversal(order), request, cancellationToken));
            default:
                throw new ArgumentOutOfRangeException(nameof(order));
        }
    }, cancellationToken);

    /// <inheritdoc />
    public Task<StripeAnswer<StripeObject?>> FindAsync(StripeOrder order, DateTimeOffset since, CancellationToken cancellationToken) => order.Kind switch
    {
        StripeOrderKind.Account => CallAsync(() => FindAccountAsync(order, since, cancellationToken), cancellationToken),
        StripeOrderKind.Transfer => CallAsync(() => FindTransferAsync(order, cancellationToken), cancellationToken),
        _ => CallAsync(() => FindReversalAsync(order, cancellationToken), cancellationToken),
    };

    /// <inheritdoc />
    public Task<StripeAnswer<StripeAccountState>> ReadAccountAsync(string account, CancellationToken cancellationToken) => CallAsync(
        async () => StateOf(await new Api.AccountService(_client).GetAsync(account, null, null, cancellationToken)), cancellationToken);

    /// <inheritdoc />
    public Task<StripeAnswer<StripeOnboardingLink>> MintOnboardingLinkAsync(
        string account, Uri returnUrl, Uri refreshUrl, CancellationToken cancellationToken) => CallAsync(async () =>
    {
        var link = await new Api.AccountLinkService(_client).CreateAsync(StripeParameters.Link(account, returnUrl, refreshUrl), null, cancellationToken);
        return new StripeOnboardingLink(new Uri(link.Url), new DateTimeOffset(link.ExpiresAt));
    }, cancellationToken);

    /// <inheritdoc />
    public void Dispose()
    {
        _http.Dispose();
        _slots.Dispose();
    }

    private async Task<StripeObject?> FindTransferAsync(StripeOrder order, CancellationToken cancellationToken)
    {
        var options = new Api.TransferListOptions { TransferGroup = order.Key, Limit = 100 };
        var found = await new Api.TransferService(_client).ListAsync(options, null, cancellationToken);
        return found.Data.Count switch
        {
            0 => null,
            1 => Checked(order, found.Data[0]),
            _ => throw new StripeContradictionException($"Stripe holds {found.Data.Count} transfers in the group {order.Key}: one was expected."),
        };
    }

    private async Task<StripeObject?> FindReversalAsync(StripeOrder order, CancellationToken cancellationToken)
    {
        var options = new Api.TransferReversalListOptions { Limit = 100 };
        await foreach (var reversal in new Api.TransferReversalService(_client).ListAutoPagingAsync(order.Subject, options, null, cancellationToken))
        {
            if (reversal.Metadata.GetValueOrDefault(Reference) == order.Key)
                return Checked(order, reversal);
        }
        return null;
    }

    private async Task<StripeObject?> FindAccountAsync(StripeOrder order, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var created = new Api.DateRangeOptions { GreaterThanOrEqual = since.UtcDateTime.AddMinutes(-5) };
        var options = new Api.AccountListOptions { Limit = 100, Created = created };
        await foreach (var account in new Api.AccountService(_client).ListAutoPagingAsync(options, null, cancellationToken))
        {
            // What a list holds has no time of its own, so the account is read once more.
            if (account.Metadata.GetValueOrDefault(Reference) == order.Key)
                return OfAccount(await new Api.AccountService(_client).GetAsync(account.Id, null, null, cancellationToken));
        }
        return null;
    }

    private StripeObject Checked(StripeOrder order, Api.Transfer transfer) =>
        (transfer.Livemode, transfer.DestinationId, transfer.Amount, transfer.Currency?.ToUpperInvariant())
            == (IsLive, order.Subject, order.AmountMinor, order.Currency)
            ? new StripeObject(transfer.Id)
            : throw new StripeContradictionException($"{order.Key} asked for {order}, and Stripe's transfer {transfer.Id} is another one.");

    private static StripeObject Checked(StripeOrder order, Api.TransferReversal reversal) =>
        (reversal.TransferId, reversal.Amount, reversal.Currency?.ToUpperInvariant()) == (order.Subject, order.AmountMinor, order.Currency)
            ? new StripeObject(reversal.Id)
            : throw new StripeContradictionException($"{order.Key} asked for {order}, and Stripe's reversal {reversal.Id} is another one.");

    private static StripeObject OfAccount(Api.Account account) => new(account.Id, StateOf(account));

    private static StripeAccountState StateOf(Api.Account account) => new(
        account.Id, account.StripeResponse?.Date ?? throw new JsonException("Stripe's answer has no date."), account.Capabilities?.Transfers ?? "inactive",
        account.PayoutsEnabled, account.DetailsSubmitted, account.Requirements?.DisabledReason, account.Requirements?.CurrentlyDue ?? [],
        account.Requirements?.PastDue ?? [], account.Requirements?.EventuallyDue ?? [], account.Requirements?.PendingVerification ?? []);

    private async Task<StripeAnswer<T>> CallAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        try
        {
            return new StripeAnswer<T>.Done(await call());
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested && StripeFailures.Classify<T>(error, _options.ApiKey) is { } answer)
        {
            return answer;
        }
        finally
        {
            _slots.Release();
        }
    }
}

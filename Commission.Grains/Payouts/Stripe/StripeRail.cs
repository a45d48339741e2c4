using System.Runtime.CompilerServices;
using Commission.Storage.Payouts.Stripe;
using Microsoft.Extensions.Logging;

namespace Commission.Grains.Payouts.Stripe;

/// <summary>
/// Sends orders to Stripe, each done once whatever dies in between: persisted, sent under its key, recorded. While Stripe remembers the key
/// the same request may go again; after that it is looked up first. What stays unknown stays open, and is resumed.
/// </summary>
public sealed partial class StripeRail(
    IStripeGateway gateway, StripeRequests requests, StripeOptions options, TimeProvider time, ILogger<StripeRail> logger)
{
    /// <summary>Which world this process pays in.</summary>
    public bool IsLive => gateway.IsLive;

    /// <summary>Sends an order, or finds out how it ended. Without an outcome nobody knows yet, and it is to be sent again.</summary>
    /// <exception cref="StripeContradictionException">Stripe or our records hold something else in its name: a person must look.</exception>
    public async Task<StripeRequest> SendAsync(StripeOrder order, CancellationToken cancellationToken) =>
        await SendAsync(await requests.PersistAsync(order, IsLive, time.GetUtcNow(), cancellationToken), isNoted: false, cancellationToken);

    /// <param name="request">What is sent.</param>
    /// <param name="isNoted">Whether the row says already that it is about to be sent.</param>
    /// <param name="cancellationToken">Gives up.</param>
    private async Task<StripeRequest> SendAsync(StripeRequest request, bool isNoted, CancellationToken cancellationToken)
    {
        var pause = options.RetryPause;
        for (var tries = 0; request.Outcome is null && tries < options.MaxTries; tries++)
        {
            if (tries > 0)
                await Task.Delay(pause * Math.Pow(2, tries - 1), time, cancellationToken);
            request = await TryAsync(request, isNoted && tries == 0, cancellationToken);
        }

        // A lost answer is often of something that was done: a look saves the next try. Finding nothing proves nothing.
        return request is { Outcome: null, KeyUsedAt: { } used } ? await FindAsync(request, used, cancellationToken) ?? request : request;
    }

    /// <summary>
    /// Sends what was ordered and not sent, and what an earlier process or an earlier try left open, as many at once as the options allow;
    /// how many ended is returned.
    /// </summary>
    /// <param name="patience">How long ago another process must have taken an order up to be taken for dead.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<int> ResumeAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var ended = 0;
        await Parallel.ForEachAsync(TakeOpenAsync(time.GetUtcNow() - patience, cancellationToken), Bounded(cancellationToken), async (open, stopping) =>
        {
            try
            {
                var sent = open.HasEvents ? SendAsync(open.Request.Order, stopping) : SendAsync(open.Request, open.IsNoted, stopping);
                if ((await sent).Outcome is not null)
                    Interlocked.Increment(ref ended);
            }
            catch (StripeContradictionException contradiction)
            {
                // One order that needs a person must not keep the others from being paid.
                LogContradiction(contradiction, open.Request.Order.Key);
            }
        });
        return ended;
    }

    /// <summary>Some at a time: few enough that other silos have their part, enough that taking them costs little.</summary>
    private async IAsyncEnumerable<TakenRequest> TakeOpenAsync(
        DateTimeOffset before, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var limit = Math.Max(128, 4 * options.MaxParallelRequests);
        for (var taken = limit; taken == limit;)
        {
            var open = await requests.TakeOpenAsync(IsLive, before, time.GetUtcNow(), limit, cancellationToken);
            foreach (var request in open)
                yield return request;
            taken = open.Count;
        }
    }

    private ParallelOptions Bounded(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = options.MaxParallelRequests, CancellationToken = cancellationToken };

    private async Task<StripeRequest> TryAsync(StripeRequest request, bool isNoted, CancellationToken cancellationToken)
    {
        var order = request.Order;
        var keyIsFresh = false;
        if (request.KeyUsedAt is { } used && time.GetUtcNow() - used >= options.KeysLive)
        {
            if (await FindAsync(request, used, cancellationToken) is { } found)
                return found;
            keyIsFresh = true;
        }
        if (keyIsFresh || !isNoted)
            await requests.NoteSendAsync(order.Key, IsLive, keyIsFresh, time.GetUtcNow(), cancellationToken);
        switch (await gateway.SendAsync(order, cancellationToken))
        {
            case StripeAnswer<StripeObject>.Done { Value: var made }:
                return await requests.RecordDoneAsync(order, IsLive, made.Id, made.Account, time.GetUtcNow(), cancellationToken);
            case StripeAnswer<StripeObject>.Refused refused:
                LogRefused(order.Key, refused.Status, refused.Code);
                return await requests.RecordRefusedAsync(order, IsLive, refused.Status, refused.Code, refused.Text, time.GetUtcNow(), cancellationToken);
            case StripeAnswer<StripeObject>.Unknown unknown:
                LogUnknown(order.Key, unknown.Reason);
                break;
        }
        return await requests.FindAsync(order.Key, IsLive, cancellationToken) ?? throw new InvalidOperationException($"{order.Key} was persisted and is gone.");
    }

    /// <summary>Null when nothing is there.</summary>
    /// <returns>The request, ended if the look-up found what it made, open if nobody could look.</returns>
    private async Task<StripeRequest?> FindAsync(StripeRequest request, DateTimeOffset since, CancellationToken cancellationToken)
    {
        switch (await gateway.FindAsync(request.Order, since, cancellationToken))
        {
            case StripeAnswer<StripeObject?>.Done { Value: { } made }:
                LogFound(request.Order.Key, made.Id);
                return await requests.RecordDoneAsync(request.Order, IsLive, made.Id, made.Account, time.GetUtcNow(), cancellationToken);
            case StripeAnswer<StripeObject?>.Done:
                return null;
            default:
                return request;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stripe refused {Key} with {Status} {Code}")]
    private partial void LogRefused(string key, int status, string code);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Whether Stripe did {Key} is not known: {Reason}")]
    private partial void LogUnknown(string key, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Key} was done: found {Made} at Stripe")]
    private partial void LogFound(string key, string made);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Key} needs a person: Stripe and our records say different things")]
    private partial void LogContradiction(Exception error, string key);
}

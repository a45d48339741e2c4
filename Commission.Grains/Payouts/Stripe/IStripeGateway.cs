using Commission.Storage.Payouts.Stripe;

namespace Commission.Grains.Payouts.Stripe;

/// <summary>Stripe, one call at a time and without memory: what a call's answer means, and nothing about what to do then.</summary>
public interface IStripeGateway
{
    /// <summary>Whether money is real.</summary>
    bool IsLive { get; }

    /// <summary>Sends an order under its key.</summary>
    Task<StripeAnswer<StripeObject>> SendAsync(StripeOrder order, CancellationToken cancellationToken);

    /// <summary>
    /// Looks for what an order has made: a transfer by its transfer group, a reversal among those of its transfer, an account by its metadata.
    /// Done with null: nothing is there.
    /// </summary>
    /// <param name="order">The order.</param>
    /// <param name="since">When it was first sent.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StripeContradictionException">There is something else in its name, or more than one.</exception>
    Task<StripeAnswer<StripeObject?>> FindAsync(StripeOrder order, DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>Reads what Stripe says of a connected account now.</summary>
    Task<StripeAnswer<StripeAccountState>> ReadAccountAsync(string account, CancellationToken cancellationToken);

    /// <summary>Makes a link to Stripe's form; it works once and for minutes, so it is made when somebody clicks and never stored.</summary>
    Task<StripeAnswer<StripeOnboardingLink>> MintOnboardingLinkAsync(string account, Uri returnUrl, Uri refreshUrl, CancellationToken cancellationToken);
}

/// <summary>What an order made.</summary>
/// <param name="Id">Stripe's id.</param>
/// <param name="Account">The state of a new account; null for money.</param>
public sealed record StripeObject(string Id, StripeAccountState? Account = null);

/// <summary>A link to Stripe's form.</summary>
/// <param name="Url">Where.</param>
/// <param name="ExpiresAt">Until when.</param>
public sealed record StripeOnboardingLink(Uri Url, DateTimeOffset ExpiresAt);

/// <summary>What is known after a call.</summary>
public abstract record StripeAnswer<T>
{
    private StripeAnswer()
    {
    }

    /// <summary>It was done.</summary>
    public sealed record Done(T Value) : StripeAnswer<T>;

    /// <summary>It was not done, and under this key it never will be.</summary>
    /// <param name="Status">The HTTP status.</param>
    /// <param name="Code">Stripe's code, or its type of error.</param>
    /// <param name="Text">Its message.</param>
    public sealed record Refused(int Status, string Code, string Text) : StripeAnswer<T>;

    /// <summary>
    /// Nobody knows: no answer, half an answer, an error of the server, a conflict, or a limit that was reached by a try after one that nobody
    /// knows about. The same key finds it out.
    /// </summary>
    /// <param name="Reason">What happened, without secrets.</param>
    public sealed record Unknown(string Reason) : StripeAnswer<T>;

    /// <summary>The same with another value, or without one.</summary>
    public StripeAnswer<TOther> Select<TOther>(Func<T, TOther> value) => this switch
    {
        Done done => new StripeAnswer<TOther>.Done(value(done.Value)),
        Refused refused => new StripeAnswer<TOther>.Refused(refused.Status, refused.Code, refused.Text),
        Unknown unknown => new StripeAnswer<TOther>.Unknown(unknown.Reason),
        _ => throw new InvalidOperationException(),
    };
}

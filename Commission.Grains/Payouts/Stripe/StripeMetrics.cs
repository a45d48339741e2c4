using System.Diagnostics.Metrics;
using Commission.Storage.Payouts.Stripe;

namespace Commission.Grains.Payouts.Stripe;

/// <summary>Requests to Stripe and its webhooks by outcome, and what waits, as the courier last read it.</summary>
public sealed class StripeMetrics
{
    private readonly Counter<long> _requests;
    private readonly Counter<long> _webhooks;
    private readonly Counter<long> _news;
    private readonly TimeProvider _time;
    private volatile StripeFigures? _figures;

    /// <summary>Makes the instruments.</summary>
    public StripeMetrics(IMeterFactory meters, TimeProvider time)
    {
        var meter = meters.Create(CommandMetrics.MeterName);
        _time = time;
        _requests = meter.CreateCounter<long>("commission.stripe.requests", "{request}", "Requests to Stripe by kind and outcome");
        _webhooks = meter.CreateCounter<long>("commission.stripe.webhooks", "{event}", "Webhooks by type and outcome");
        _news = meter.CreateCounter<long>("commission.stripe.news", "{item}", "What batches were told of their items; refused: a person must look");
        meter.CreateObservableGauge(
            "commission.stripe.open", () => _figures is { } figures ? [new Measurement<long>(figures.Open)] : Array.Empty<Measurement<long>>(), "{order}",
            "Orders to Stripe of which nobody knows how they ended");
        meter.CreateObservableGauge(
            "commission.stripe.open.age", () => _figures is { } figures ? [new Measurement<double>(AgeOf(figures))] : Array.Empty<Measurement<double>>(), "s",
            "Age of the oldest of them");
    }

    internal void Sent<T>(string kind, StripeAnswer<T> answer) => _requests.Add(
        1, new KeyValuePair<string, object?>("kind", kind), new KeyValuePair<string, object?>("outcome", answer switch
        {
            StripeAnswer<T>.Done => "done",
            StripeAnswer<T>.Refused => "refused",
            _ => "unknown",
        }));

    internal void Took(string type, WebhookVerdict verdict, StripeEffect? effect) => _webhooks.Add(
        1, new KeyValuePair<string, object?>("type", type), new KeyValuePair<string, object?>("outcome", effect?.ToString() ?? verdict.ToString()));

    internal void Told(int accepted, int refused)
    {
        _news.Add(accepted, new KeyValuePair<string, object?>("outcome", "accepted"));
        _news.Add(refused, new KeyValuePair<string, object?>("outcome", "refused"));
    }

    internal void Observe(StripeFigures figures) => _figures = figures;

    private double AgeOf(StripeFigures figures) => figures.OldestSince is { } since ? (_time.GetUtcNow() - since).TotalSeconds : 0;
}

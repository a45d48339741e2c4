using System.Diagnostics.Metrics;
using Commission.Domain;
using Commission.Domain.Deals;
using Commission.Domain.Rules;

namespace Commission.Grains;

/// <summary>Commands by outcome, and what the books still wait for.</summary>
public sealed class CommandMetrics
{
    /// <summary>The meter's name, for exporters.</summary>
    public const string MeterName = "Commission";

    private readonly Counter<long> _commands;
    private readonly Counter<long> _attested;
    private readonly Counter<long> _dropped;
    private readonly Histogram<double> _published;
    private long _outboxDepth;
    private double _outboxAgeSeconds;

    public CommandMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _commands = meter.CreateCounter<long>("commission.commands", "commands", "Commands by step and outcome");
        _attested = meter.CreateCounter<long>("commission.attested", "handshakes", "Handshakes attested in bulk");
        _dropped = meter.CreateCounter<long>("commission.stream.dropped", "messages", "Outbox messages that the stream had no room for; the sweeper brings them");
        _published = meter.CreateHistogram<double>(
            "commission.checkpoint.lag", "s", "From posting a book's last leaf to the stored checkpoint that covers it");
        meter.CreateObservableGauge("commission.outbox.depth", () => Volatile.Read(ref _outboxDepth), "rows", "Outbox rows waiting, as the sweeper last saw");
        meter.CreateObservableGauge("commission.outbox.age", () => Volatile.Read(ref _outboxAgeSeconds), "s", "Age of the oldest outbox row");
    }

    internal void Accepted(HandshakeStep step) => Count(step, "accepted");

    internal void Refused(HandshakeStep step, string code) => Count(step, code);

    internal void Later(LaterCommand command, Refusal? refusal) => Count(command switch
    {
        RecordRevenue revenue => RevenueKinds.Of(revenue.Kind),
        RecordMilestone => "milestone",
        _ => "clawback",
    }, refusal?.Code ?? "accepted");

    internal void Attested(int handshakes) => _attested.Add(handshakes);

    internal void Dropped(int messages) => _dropped.Add(messages);

    internal void Published(string book, TimeSpan took) => _published.Record(took.TotalSeconds, new KeyValuePair<string, object?>("book", book));

    internal void Outbox(long depth, TimeSpan age)
    {
        Volatile.Write(ref _outboxDepth, depth);
        Volatile.Write(ref _outboxAgeSeconds, age.TotalSeconds);
    }

    private void Count(HandshakeStep step, string outcome) => Count(step == HandshakeStep.None ? "bulk" : step.Name(), outcome);

    private void Count(string step, string outcome) => _commands.Add(
        1, new KeyValuePair<string, object?>("step", step),
        new KeyValuePair<string, object?>("outcome", outcome));
}

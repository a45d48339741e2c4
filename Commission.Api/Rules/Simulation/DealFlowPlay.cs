using System.Diagnostics;
using System.Security.Cryptography;
using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Deals;
using Commission.Domain.Ledger;
using Commission.Domain.Rules.Simulation;
using Commission.Grains.Interfaces.Deals;
using Commission.Storage.Ledger;

namespace Commission.Api.Rules.Simulation;

/// <summary>
/// Plays traffic day by day on the real grains, in a world of its own: what a day brings runs concurrently, what happens to
/// one deal in its order. At the end of a month the accumulators catch up, so that no month's figures depend on speed.
/// </summary>
internal sealed class DealFlowPlay : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan CatchUp = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly DealFlowRequest _request;
    private readonly World _world;
    private readonly IGrainFactory _grains;
    private readonly OutboxQueries _outbox;
    private readonly FlowTraffic _traffic;
    private readonly FlowPeople _people;
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly KeyId _keyId;
    private readonly List<int>[] _agenda;
    private long _done;

    public DealFlowPlay(DealFlowRequest request, World world, IGrainFactory grains, OutboxQueries outbox)
    {
        (_request, _world, _grains, _outbox) = (request, world, grains, outbox);
        (_traffic, _people) = (new FlowTraffic(Settings), new FlowPeople(Settings));
        _keyId = KeyId.Derive(_people.Service, _key.ExportSubjectPublicKeyInfo());
        _agenda = [.. Enumerable.Range(0, Settings.Days + Settings.FollowDays).Select(_ => new List<int>())];
        for (var number = 0; number < Settings.Deals; number++)
        {
            var deal = _traffic.DealOf(number);
            Tally.Plan(deal);
            foreach (var day in deal.Days)
            {
                _agenda[day.DayNumber - Settings.From.DayNumber].Add(number);
                Total++;
            }
        }
    }

    /// <summary>Days of deals, which is what progress is counted in.</summary>
    public long Total { get; }

    public long Done => Volatile.Read(ref _done);

    public FlowPeople People => _people;

    public DealFlowTally Tally { get; } = new();

    private FlowSettings Settings => _request.Settings;

    /// <summary>The world as silos must know it before the first command.</summary>
    public byte[] WorldBytes() =>
        SimulatedWorld.Write(_people.Service, _key.ExportSubjectPublicKeyInfo(), Settings.Mix.Select(vertical => vertical.Rules));

    /// <summary>Plays it all.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < _agenda.Length; i++)
        {
            var day = Settings.From.AddDays(i);
            await PlayAsync(day, _agenda[i].ConvertAll(_traffic.DealOf), cancellationToken);
            if (day.AddDays(1).Day == 1 || i == _agenda.Length - 1)
                await WhenCaughtUpAsync(cancellationToken);
        }
    }

    public void Dispose() => _key.Dispose();

    private async Task PlayAsync(DateOnly day, List<FlowDeal> deals, CancellationToken cancellationToken)
    {
        var attested = deals.Where(deal => deal.Steps.Contains(day) || deal.Closing?.On == day).ToArray();
        var lines = Sign(day, Array.ConvertAll(attested, deal => _people.LineOf(deal, day)));
        var lineOf = attested.Zip(lines).ToDictionary(pair => pair.First.Number, pair => pair.Second);
        var options = new ParallelOptions { MaxDegreeOfParallelism = _request.Concurrency, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(deals, options, async (deal, cancellation) =>
        {
            var grain = _grains.GetGrain<IDealGrain>(_world.NameOf(_people.DealOf(deal.Number).ToString()));
            if (lineOf.TryGetValue(deal.Number, out var line))
                await AttestAsync(grain, deal, day, line, cancellation);
            foreach (var happened in deal.Later.Where(later => later.On == day))
                await HappenAsync(grain, deal, happened, cancellation);
            Interlocked.Increment(ref _done);
        });
    }

    private async Task AttestAsync(IDealGrain grain, FlowDeal deal, DateOnly day, BulkSignature line, CancellationToken cancellationToken)
    {
        var result = await TimedAsync(() => grain.Attest(line), result => result.Refusal, cancellationToken);
        if (result.Refusal is null)
            Tally.Advanced(deal, day);
    }

    private async Task HappenAsync(IDealGrain grain, FlowDeal deal, FlowEvent happened, CancellationToken cancellationToken)
    {
        var currency = deal.Rules.Currency;
        LaterCommand? command = happened switch
        {
            FlowRevenue revenue => new RecordRevenue(
                revenue.Kind, revenue.Key, revenue.On, new Money(revenue.AmountMinor, currency),
                revenue.Kind == Domain.Rules.RevenueKind.Balance ? new DateOnly(revenue.On.Year, revenue.On.Month, 1).AddMonths(-1) : null,
                _people.Service, Fingerprint(deal, revenue.Key)),
            FlowMilestone milestone => new RecordMilestone(milestone.Name, milestone.On, _people.Service, Fingerprint(deal, $"milestone {milestone.Name}")),
            FlowDecision { RefundedMinor: > 0 } upheld => new RecordClawback(
                "dispute", ClawbackReason.Refund, upheld.On, upheld.RefundedMinor, _people.Service, Fingerprint(deal, "dispute")),
            FlowCancellation cancellation => new RecordClawback(
                "cancellation", ClawbackReason.Cancellation, cancellation.On, null, _people.Service, Fingerprint(deal, "cancellation")),
            _ => null,
        };
        if (command is not null)
        {
            if ((await TimedAsync(() => grain.RecordLater(command), result => result.Refusal, cancellationToken)).Refusal is not null)
                return;
        }
        else if (happened is FlowTrail trail)
        {
            await TimedAsync(() => grain.PayTrail(new PayTrail(trail.Month, _people.Service)), result => result.Refusal, cancellationToken);
        }
        Tally.Happened(happened);
    }

    /// <summary>One command. It comes again when the engine is too busy or a silo went away with the answer: each counts once.</summary>
    private async Task<T> TimedAsync<T>(Func<Task<T>> send, Func<T, Refusal?> refusalOf, CancellationToken cancellationToken)
    {
        for (var first = Stopwatch.GetTimestamp(); ; await Task.Delay(Pause, cancellationToken))
        {
            var start = Stopwatch.GetTimestamp();
            try
            {
                var result = await send();
                var refusal = refusalOf(result);
                Tally.Command(Stopwatch.GetElapsedTime(start), refusal?.Code);
                if (refusal?.Code != RefusalCodes.Busy)
                    return result;
            }
            catch (Exception error) when (error is OrleansException or TimeoutException && Stopwatch.GetElapsedTime(first) < Patience)
            {
                await Task.Delay(Patience / 60, cancellationToken);
            }
        }
    }

    private BulkSignature[] Sign(DateOnly day, byte[][] lines)
    {
        if (lines.Length == 0)
            return [];
        var leaves = Array.ConvertAll(lines, line => MerkleTree.LeafHash(line));
        var noon = new DateTimeOffset(day, new TimeOnly(12, 0), TimeSpan.Zero);
        var unsigned = new BulkAttestation(_people.Service, _keyId, lines.Length, MerkleTree.Root(leaves), noon, []);
        var attestation = unsigned with
        {
            Signature = _key.SignData(unsigned.SignedBytes(), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation),
        };
        var paths = MerkleTree.AuditPaths(leaves);
        return [.. lines.Select((line, i) => new BulkSignature(attestation, i, paths[i], line))];
    }

    private RequestFingerprint Fingerprint(FlowDeal deal, string what) =>
        RequestFingerprint.Of(_people.Service.ToString(), $"{deal.Number}-{what}", "simulated", []);

    private async Task WhenCaughtUpAsync(CancellationToken cancellationToken)
    {
        for (var started = Stopwatch.GetTimestamp(); await _outbox.HasAnyAsync(_world, cancellationToken); await Task.Delay(Pause, cancellationToken))
        {
            if (Stopwatch.GetElapsedTime(started) > CatchUp)
                throw new TimeoutException($"The books of {_world.Name} do not catch up.");
        }
    }
}

using System.Collections.Concurrent;
using Commission.Domain;
using Commission.Domain.Deals;

namespace Commission.Crash.Tests.Load;

/// <summary>Deals of a product with volume, each with invoices after its completion; every command is sent until it is acknowledged.</summary>
internal sealed class VolumeLoad(EngineClient client, Network network, int seed, int deals)
{
    private const int Workers = 24;
    private const int Invoices = 2;
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentQueue<string> _refused = new();
    private int _acknowledged;
    private int _nextDeal;
    private int _repeated;

    /// <summary>Answers that are neither an acknowledgement nor "again".</summary>
    public IReadOnlyList<string> Refused => [.. _refused];

    /// <summary>Invoices by deal, as they were acknowledged.</summary>
    public ConcurrentBag<(DealId Deal, string Key, long AmountMinor)> Invoiced { get; } = [];

    public int Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>Attempts that had to be made again.</summary>
    public int Repeated => Volatile.Read(ref _repeated);

    public int Total => deals * (5 + Invoices);

    public Task RunAsync() => Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => Task.Run(WorkAsync)));

    private async Task WorkAsync()
    {
        while (Interlocked.Increment(ref _nextDeal) is var number && number <= deals)
        {
            var random = new Random(HashCode.Combine(seed, number));
            var script = new DealScript(network, random, $"volume-{seed}-{number}", Network.VolumeProduct);
            for (var step = HandshakeStep.Intent; step <= HandshakeStep.Outcome; step++)
                await UntilAcknowledgedAsync(script.Sign(step));
            for (var i = 1; i <= Invoices; i++)
            {
                var amount = random.NextInt64(1, 500_000);
                await UntilAcknowledgedAsync(script.Invoice(i, amount));
                Invoiced.Add((script.Deal, $"INV-{i}", amount));
            }
        }
    }

    private async Task UntilAcknowledgedAsync(Command command)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(75));
        while (true)
        {
            var answer = await client.TryAsync(command);
            if (answer is { IsAcknowledgement: true })
            {
                Interlocked.Increment(ref _acknowledged);
                return;
            }
            if (answer is { SaysAgain: false })
                _refused.Enqueue($"{command.Path}: {answer.Text}");
            Interlocked.Increment(ref _repeated);
            await Task.Delay(RetryPause, deadline.Token);
        }
    }
}

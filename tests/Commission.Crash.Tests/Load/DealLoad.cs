using System.Collections.Concurrent;
using System.Diagnostics;
using Commission.Domain.Deals;

namespace Commission.Crash.Tests.Load;

/// <summary>A command with the answer that acknowledged it.</summary>
internal sealed record Acknowledged(DealScript Deal, HandshakeStep Step, Command Command, Answer Answer);

/// <summary>
/// Drives deals through their five handshakes, some at a time. What gets no answer, or "again", is sent again with the same
/// key until it is acknowledged; any other answer is a failure of the run.
/// </summary>
internal sealed class DealLoad(EngineClient client, Network network, int seed, int deals)
{
    private const int Workers = 32;
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan CommandDeadline = TimeSpan.FromSeconds(75);

    private readonly ConcurrentQueue<Acknowledged> _acknowledged = new();
    private readonly ConcurrentQueue<string> _refused = new();
    private int _nextDeal;
    private int _inFlight;
    private int _broken;
    private int _durableUnanswered;
    private volatile bool _faulted;

    public IReadOnlyList<Acknowledged> Acknowledged => [.. _acknowledged];

    /// <summary>Answers that are neither an acknowledgement nor "again".</summary>
    public IReadOnlyList<string> Refused => [.. _refused];

    /// <summary>Commands that were under way at the fault and whose attempt then failed.</summary>
    public int Broken => Volatile.Read(ref _broken);

    /// <summary>Of the broken ones, those that turned out to be durable already.</summary>
    public int DurableUnanswered => Volatile.Read(ref _durableUnanswered);

    public int Total => deals * 5;

    public Task RunAsync() => Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => Task.Run(WorkAsync)));

    /// <summary>Waits until so many commands are acknowledged.</summary>
    public async Task WhenAcknowledgedAsync(int count)
    {
        var clock = Stopwatch.StartNew();
        while (_acknowledged.Count < count)
        {
            if (clock.Elapsed > CommandDeadline)
                throw new TimeoutException($"Only {_acknowledged.Count} of {count} commands were acknowledged; {string.Join(" | ", _refused.Take(3))}");
            await Task.Delay(2);
        }
    }

    /// <summary>To be called right before the fault; how many commands are under way.</summary>
    public int MarkFault()
    {
        _faulted = true;
        return Volatile.Read(ref _inFlight);
    }

    private async Task WorkAsync()
    {
        while (Interlocked.Increment(ref _nextDeal) is var number && number <= deals)
        {
            var script = new DealScript(network, new Random(HashCode.Combine(seed, number)), $"run-{seed}-{number}");
            for (var step = HandshakeStep.Intent; step <= HandshakeStep.Outcome; step++)
            {
                var command = script.Sign(step);
                _acknowledged.Enqueue(new Acknowledged(script, step, command, await UntilAcknowledgedAsync(command)));
            }
        }
    }

    private async Task<Answer> UntilAcknowledgedAsync(Command command)
    {
        Interlocked.Increment(ref _inFlight);
        var (clock, broken) = (Stopwatch.StartNew(), false);
        try
        {
            while (clock.Elapsed < CommandDeadline)
            {
                var before = !_faulted;
                var answer = await client.TryAsync(command);
                if (answer is { IsAcknowledgement: true })
                {
                    if (broken && answer.Replayed)
                        Interlocked.Increment(ref _durableUnanswered);
                    return answer;
                }
                if (before && _faulted && !broken)
                {
                    broken = true;
                    Interlocked.Increment(ref _broken);
                }
                if (answer is { SaysAgain: false })
                    _refused.Enqueue($"{command.Path}: {answer.Text}");
                await Task.Delay(RetryPause);
            }
            throw new TimeoutException($"{command.Path} was not acknowledged within {CommandDeadline}.");
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }
}

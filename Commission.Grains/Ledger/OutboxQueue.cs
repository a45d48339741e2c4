using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Commission.Storage.GroupCommit;

namespace Commission.Grains.Ledger;

/// <summary>
/// What was just committed, on its way to where it belongs. It is bounded and may drop: the outbox rows are the truth, and the
/// sweeper brings what is missing.
/// </summary>
internal sealed class OutboxQueue(CommandMetrics metrics)
{
    private const int Capacity = 32_768;

    private readonly Channel<OutboxMessage> _messages = Channel.CreateBounded<OutboxMessage>(
        new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    /// <summary>Takes what there is room for.</summary>
    public void Add(IReadOnlyList<OutboxMessage> messages)
    {
        for (var i = 0; i < messages.Count; i++)
        {
            if (_messages.Writer.TryWrite(messages[i]))
                continue;
            metrics.Dropped(messages.Count - i);
            return;
        }
    }

    /// <summary>What has gathered, again and again; each batch is the same list, and holds until the next is asked for.</summary>
    /// <param name="maxMessages">Messages of a batch at most.</param>
    /// <param name="enoughBytes">A batch that has as many takes no further message.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<IReadOnlyList<OutboxMessage>> BatchesAsync(
        int maxMessages, int enoughBytes, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var batch = new List<OutboxMessage>();
        while (await _messages.Reader.WaitToReadAsync(cancellationToken))
        {
            batch.Clear();
            for (var bytes = 0; batch.Count < maxMessages && bytes < enoughBytes && _messages.Reader.TryRead(out var message); bytes += message.Payload.Length)
                batch.Add(message);
            yield return batch;
        }
    }
}

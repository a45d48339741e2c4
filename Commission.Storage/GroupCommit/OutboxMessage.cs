using Commission.Domain.Ledger;

namespace Commission.Storage.GroupCommit;

/// <summary>What a committed state owes one book: a serialised list of <see cref="BookRecord"/>.</summary>
/// <param name="Id">The outbox row.</param>
/// <param name="Book">The book it is for.</param>
/// <param name="Payload">Serialised records.</param>
[GenerateSerializer, Immutable, Alias("OutboxMessage")]
public sealed record OutboxMessage([property: Id(0)] long Id, [property: Id(1)] string Book, [property: Id(2)] byte[] Payload)
{
    /// <summary>The records themselves, where the message has not left the process in which it was made.</summary>
    [field: NonSerialized]
    public IReadOnlyList<BookRecord>? Records { get; init; }
}

/// <summary>Takes over the outbox rows of a commit, to bring them to their books fast. It may drop them: the rows stay.</summary>
public interface IOutboxPublisher
{
    /// <summary>Called once per commit, off the grains' turns; must not block.</summary>
    void Publish(IReadOnlyList<OutboxMessage> messages);
}

/// <summary>A grain's state with what its latest change owes the books; both are written in one transaction.</summary>
/// <typeparam name="TState">The domain state.</typeparam>
[GenerateSerializer, Alias("Journaled`1")]
public sealed class Journaled<TState> : IOutboxSource where TState : new()
{
    /// <summary>The domain state.</summary>
    [Id(0)] public TState State { get; set; } = new();

    /// <summary>Records to write with the state, by book; not part of the state.</summary>
    [field: NonSerialized]
    public IReadOnlyList<(string Book, IReadOnlyList<BookRecord> Records)> Outbox { get; set; } = [];
}

/// <summary>A state that brings outbox records along.</summary>
public interface IOutboxSource
{
    /// <summary>Records to write with the state, by book.</summary>
    IReadOnlyList<(string Book, IReadOnlyList<BookRecord> Records)> Outbox { get; }
}

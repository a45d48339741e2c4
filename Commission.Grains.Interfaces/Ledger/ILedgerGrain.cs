namespace Commission.Grains.Interfaces.Ledger;

/// <summary>The one writer of a book; its key is the book's name.</summary>
[Alias("ILedgerGrain")]
public interface ILedgerGrain : IGrainWithStringKey
{
    /// <summary>
    /// Appends outbox rows older than an age, and answers when what was queued is durable.
    /// </summary>
    /// <param name="olderThan">Rows younger than this are left to the stream.</param>
    /// <returns>Rows that it took over.</returns>
    [Alias("Drain")]
    Task<int> Drain(TimeSpan olderThan);

    /// <summary>Writes what is queued and lets go of the book: for one that will not be written again.</summary>
    [Alias("Rest")]
    Task Rest();
}

/// <summary>One partition of the sweeper, which makes good what streams and clocks missed.</summary>
[Alias("ISweeperGrain")]
public interface ISweeperGrain : IGrainWithStringKey
{
    /// <summary>Makes sure that the sweeper is at work.</summary>
    [Alias("Start")]
    Task Start();
}

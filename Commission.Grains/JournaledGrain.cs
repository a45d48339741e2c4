using System.Diagnostics.CodeAnalysis;
using Commission.Domain;
using Commission.Domain.Ledger;
using Commission.Storage.GroupCommit;

namespace Commission.Grains;

/// <summary>
/// What every grain on the group-commit storage shares: state and outbox become durable together, or the state in memory
/// is what it was. When the outcome is unknown the activation ends, and the next one reads what is true.
/// </summary>
/// <typeparam name="TState">The domain state.</typeparam>
public abstract class JournaledGrain<TState>(IPersistentState<Journaled<TState>> storage) : Grain where TState : new()
{
    private World? _world;

    /// <summary>The refusal of a full queue.</summary>
    protected static Refusal Busy { get; } = new(RefusalCodes.Busy, "The engine has more work than it may queue. Nothing was done; try again.");

    /// <summary>The state as it is durable.</summary>
    protected TState State => storage.State.State;

    /// <summary>The world it belongs to: what it owes the books goes to those of its own world.</summary>
    protected World World => _world ??= World.OfName(this.GetPrimaryKeyString());

    /// <summary>Its key inside its world.</summary>
    protected string LocalKey => World.LocalOf(this.GetPrimaryKeyString());

    /// <summary>Makes a new state durable with its records for the books.</summary>
    /// <exception cref="StorageBusyException">The queue is full; nothing was written.</exception>
    /// <exception cref="DuplicateKeyException">A unique constraint refuses the state; nothing was written.</exception>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever broke, this activation no longer knows what is durable.")]
    protected async Task PersistAsync(TState next, params IReadOnlyList<(string Book, IReadOnlyList<BookRecord> Records)> outbox)
    {
        var before = storage.State.State;
        storage.State.State = next;
        storage.State.Outbox = [.. outbox.Where(part => part.Records.Count > 0).Select(part => (World.NameOf(part.Book), part.Records))];
        try
        {
            await storage.WriteStateAsync();
        }
        catch (Exception error) when (error is StorageBusyException or DuplicateKeyException)
        {
            storage.State.State = before;
            throw;
        }
        catch (Exception)
        {
            storage.State.State = before;
            DeactivateOnIdle();
            throw;
        }
        finally
        {
            storage.State.Outbox = [];
        }
    }
}

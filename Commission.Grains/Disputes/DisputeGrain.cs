using Commission.Domain;
using Commission.Domain.Disputes;
using Commission.Domain.Ledger;
using Commission.Domain.Members;
using Commission.Domain.Notifications;
using Commission.Grains.Interfaces.Disputes;
using Commission.Grains.Interfaces.Members;
using Commission.Storage.Disputes;

namespace Commission.Grains.Disputes;

/// <summary>
/// One dispute: replay? → decide → persist → reply. What it is about and what was said are rows, written with its state in one
/// transaction; so is what it owes the books.
/// </summary>
[GrainType("dispute")]
internal sealed class DisputeGrain(DisputeStore store, ContestedEntries contested, DisputeTerms terms, TimeProvider time) : Grain, IDisputeGrain
{
    private DisputeState _state = new();
    private int _version;

    private DisputeId Id => TypedId.Parse<DisputeId>(this.GetPrimaryKeyString());

    public override async Task OnActivateAsync(CancellationToken cancellationToken) => (_state, _version) = await store.ReadAsync(Id, cancellationToken);

    public async Task<DisputeResult> Open(DisputeRequest request)
    {
        if (Known(request.Fingerprint) is { } known)
            return known;
        await using var transaction = await store.BeginAsync();
        await transaction.HoldDraftsAsync();
        var (entries, refusal) = await contested.ReadAsync(transaction, Id, request);
        if (refusal is not null)
            return Answer(refusal);
        var command = new OpenDispute(
            Id, request.Member, request.Reason, DisputeTexts.HashOf(request.Text), [.. entries.Select(entry => entry.Contested)], request.Region, request.Actor,
            request.Fingerprint);
        var decision = DisputeMachine.Decide(_state, command, await FactsAsync(request.Actor, DisputeTerms.HoursOf(request.Region)), time.GetUtcNow());
        if (decision.Refusal is not null)
            return Answer(decision.Refusal);
        await transaction.WriteEntriesAsync(Id, [.. entries.Select(entry => entry.Row)]);
        await CommitAsync(transaction, decision.Events, request.Actor, request.Text);
        return Answer(null);
    }

    public async Task<DisputeResult> Execute(DisputeCommand command, string text)
    {
        if (Known(command.Fingerprint) is { } known)
            return known;
        var facts = await FactsAsync(command.Actor, DisputeTerms.HoursOf(_state.Region));
        var decision = DisputeMachine.Decide(_state, command, facts, time.GetUtcNow());
        if (decision.Refusal is not null)
            return Answer(decision.Refusal);
        await using var transaction = await store.BeginAsync();
        await CommitAsync(transaction, decision.Events, command.Actor, text);
        return Answer(null);
    }

    public async Task CheckClock()
    {
        var due = DisputeMachine.Decide(_state, new CheckDisputeClock(), await FactsAsync(null, DisputeTerms.HoursOf(_state.Region)), time.GetUtcNow());
        if (due.Refusal is not null || due.Events.Count == 0)
            return;
        await using var transaction = await store.BeginAsync();
        await CommitAsync(transaction, due.Events, null, "");
    }

    public Task<DisputeResult?> Get() => Task.FromResult(_state.Exists ? Answer(null) : null);

    private async Task<DisputeFacts> FactsAsync(ContactId? actor, Domain.Payouts.Calendar.BusinessHours hours) => new(
        actor is { } who && await GrainFactory.GetGrain<IMemberGrain>(who.ToString()).GetProfile() is { Facts.Type: ContactType.Internal }, hours,
        terms.Policy);

    private DisputeResult Answer(Refusal? refusal, bool replayed = false) => refusal is not null
        ? new DisputeResult(null, null, refusal, false)
        : new DisputeResult(_state, terms.Read(_state, time.GetUtcNow()), null, replayed);

    private DisputeResult? Known(RequestFingerprint request)
    {
        var (wasAccepted, refusal) = DisputeMachine.Replay(_state, request);
        return wasAccepted ? Answer(null, replayed: true) : refusal is null ? null : Answer(refusal);
    }

    private async Task CommitAsync(DisputeTransaction transaction, IReadOnlyList<DisputeEvent> events, ContactId? author, string text)
    {
        var (next, entries) = (_state, new List<BookRecord>());
        foreach (var happened in events)
        {
            next = DisputeMachine.Evolve(next, happened);
            entries.AddRange(DisputeEntries.Of(next, happened));
        }
        try
        {
            if (_state.IsPending && !next.IsPending)
                await transaction.EndEntriesAsync(Id);
            if (text.Length > 0)
                await transaction.WriteMessageAsync(Id, author!.Value, time.GetUtcNow(), text);
            await transaction.CommitAsync(next, _version + 1,
            [
                (Books.Ledger, entries), (Books.Administration, DisputeRecords.Acts(next.Id, events)),
                (NotificationDraft.Destination, Messages.Of(next, events)),
            ]);
            (_state, _version) = (next, _version + 1);
        }
        catch (Exception)
        {
            // Whatever broke, this activation no longer knows what is durable; the next one reads it.
            DeactivateOnIdle();
            throw;
        }
    }
}

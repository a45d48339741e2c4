using Commission.Domain.Ledger;

namespace Commission.Domain.Agreements;

/// <summary>What an agreement's events leave in the administration book: no personal data.</summary>
public static class AgreementRecords
{
    /// <summary>A leaf for the execution and for the end.</summary>
    public static IReadOnlyList<BookRecord> Acts(AgreementState state, IEnumerable<AgreementEvent> events) =>
        [.. events.Select(happened => Act(state, happened)).OfType<BookRecord>()];

    private static ActDraft? Act(AgreementState state, AgreementEvent happened) => happened switch
    {
        AgreementExecuted => Draft(state, AdministrativeAct.AgreementExecuted, state.Actor, state.Execution!.Time),
        AgreementWasEnded ended => Draft(state, AdministrativeAct.AgreementEnded, ended.By, ended.At),
        _ => null,
    };

    private static ActDraft Draft(AgreementState state, AdministrativeAct act, ContactId? actor, DateTimeOffset at) => new(
        act, state.Id.Value, act.Payload(actor?.ToString(), at)
            .Add("agreement", state.Id.ToString())
            .Add("anchor", state.Anchor.ToString())
            .Add("execution", state.Execution!.Reference)
            .Add("kind", state.Kind.Name())
            .Add("method", state.Execution.Method.Name())
            .Add("party", state.Party?.ToString())
            .ToBytes());
}

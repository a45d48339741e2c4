using Commission.Domain.Amounts;

namespace Commission.Domain.Disputes;

/// <summary>The first step of a dispute.</summary>
internal static class DisputeOpening
{
    public static Decision<DisputeEvent> Decide(DisputeState state, OpenDispute command, DisputeFacts facts, DateTimeOffset now)
    {
        if (state.Exists)
            return new Refusal(RefusalCodes.AlreadyExists, "A dispute with this id exists.", "id", state.Id.ToString());
        if (command.Actor is not { } actor || (actor != command.Member && !facts.IsStaff))
            return new Refusal(RefusalCodes.WrongActor, "The member disputes, or staff for it.", "actor");
        if (!Enum.IsDefined(command.Reason))
            return StrictNode.Wrong("reason", "one of the reason codes", $"{command.Reason}");
        if (command.Region != facts.Hours.Region)
            throw new InvalidOperationException($"The clock is of {facts.Hours.Region}, the dispute of {command.Region}.");
        return ContestedRefusal(command) is { } refusal
            ? refusal
            : Decision<DisputeEvent>.Accept(new DisputeOpened(command, actor, now, command.Fingerprint));
    }

    public static DisputeState Opened(DisputeOpened opened) => new()
    {
        Id = opened.Details.Id,
        Status = DisputeStatus.Open,
        Member = opened.Details.Member,
        OpenedBy = opened.By,
        Reason = opened.Details.Reason,
        Contested = opened.Details.Contested,
        Region = opened.Details.Region,
        OpenedAt = opened.At,
        RunningSince = opened.At,
        Messages = 1,
    };

    private static Refusal? ContestedRefusal(OpenDispute command)
    {
        var contested = command.Contested;
        if (contested.Length is 0 or > DisputeMachine.MaxContested)
            return StrictNode.Wrong("entries", $"1 to {DisputeMachine.MaxContested} entries", $"{contested.Length}");
        if (contested.DistinctBy(entry => entry.Entry).Count() < contested.Length)
            return StrictNode.Wrong("entries", "each entry once", "one of them twice");
        if (contested.DistinctBy(entry => entry.Amount.Currency).Count() > 1)
            return new Refusal(RefusalCodes.CurrencyMismatch, "A dispute is about entries of one currency.", "entries");
        return Array.Find(contested, entry => entry.Amount.Minor is 0 or < -Money.MaxMinor or > Money.MaxMinor) is { } odd
            ? StrictNode.Wrong("entries", $"amounts other than zero, at most {Money.MaxMinor}", $"{odd.Amount.Minor}")
            : null;
    }
}

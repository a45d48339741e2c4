namespace Commission.Domain.Members;

/// <summary>Who stands above a member: its upline, that one's upline, and so on.</summary>
public static class Uplines
{
    /// <summary>Uplines above a member at most; no override goes further.</summary>
    public const int MaxDepth = 5;

    /// <summary>The nearest upline and the further ones as one list, nearest first.</summary>
    public static IReadOnlyList<ContactId> Of(ContactId? upline, IReadOnlyList<ContactId> further) =>
        upline is { } nearest ? [nearest, .. further] : further;

    /// <summary>The registered uplines, nearest first, at most <see cref="MaxDepth"/>.</summary>
    /// <param name="member">Whose.</param>
    /// <param name="uplineOf">The registered upline of a contact, or null.</param>
    public static IReadOnlyList<ContactId> Above(ContactId member, Func<ContactId, ContactId?> uplineOf)
    {
        var above = new List<ContactId>();
        for (var next = uplineOf(member); next is { } upline && above.Count < MaxDepth && upline != member && !above.Contains(upline); next = uplineOf(upline))
            above.Add(upline);
        return above;
    }

    /// <summary>Why a contact cannot have this upline, or null.</summary>
    /// <param name="contact">Who gets it.</param>
    /// <param name="upline">Its upline to be.</param>
    /// <param name="aboveUpline">Who stands above that one, nearest first.</param>
    /// <param name="levelsBelow">How many levels stand below the contact.</param>
    public static Refusal? Check(ContactId contact, ContactId upline, IReadOnlyList<ContactId> aboveUpline, int levelsBelow)
    {
        if (upline == contact)
            return new Refusal(RefusalCodes.InvalidField, "A contact cannot be its own upline.", "upline");
        if (aboveUpline.Contains(contact))
        {
            return new Refusal(
                RefusalCodes.InvalidField, $"{upline} stands below {contact}: {string.Join(" → ", aboveUpline.TakeWhile(id => id != contact).Prepend(upline).Append(contact))}.", "upline");
        }
        var depth = 1 + aboveUpline.Count + levelsBelow;
        return depth <= MaxDepth ? null : new Refusal(
            RefusalCodes.InvalidField,
            levelsBelow == 0
                ? $"{upline} has {aboveUpline.Count} uplines; nobody can have more than {MaxDepth}."
                : $"With {upline} above {contact}, the deepest member below it would have {depth} uplines; nobody can have more than {MaxDepth}.",
            "upline");
    }
}

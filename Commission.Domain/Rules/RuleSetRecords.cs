using System.Text;
using Commission.Domain.Ledger;

namespace Commission.Domain.Rules;

/// <summary>What a rule set's events leave in the administration book.</summary>
public static class RuleSetRecords
{
    /// <summary>One leaf for each event, in order.</summary>
    /// <param name="vertical">The vertical's code.</param>
    /// <param name="events">What happened.</param>
    public static IReadOnlyList<BookRecord> Acts(string vertical, IEnumerable<RuleSetEvent> events) => [.. events.Select(happened => Act(vertical, happened))];

    private static ActDraft Act(string vertical, RuleSetEvent happened) => happened switch
    {
        VerticalCreated created => OfVertical(AdministrativeAct.VerticalCreated, vertical, created.Products, created.Actor, created.At, created.Gates),
        ProductAdded added => OfVertical(AdministrativeAct.ProductAdded, vertical, [added.Product], added.Actor, added.At, null),
        RuleSetVersionAdded added => OfVersion(vertical, added.Version),
        RuleSetVersionMoved moved => OfVersion(vertical, moved.Version),
        _ => throw new ArgumentOutOfRangeException(nameof(happened)),
    };

    private static ActDraft OfVertical(
        AdministrativeAct act, string vertical, IEnumerable<Product> products, ContactId? actor, DateTimeOffset at, string? gates) => new(
        act, TypeId.Derive("commission/vertical/v1", vertical), act.Payload(actor?.ToString(), at)
            .Add("gates", gates is null ? null : Hash.Of(CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(gates))).ToString())
            .Add("products", [.. products.Select(product => new CanonicalObject().Add("code", product.Code).Add("name", product.Name))])
            .Add("vertical", vertical).ToBytes());

    private static ActDraft OfVersion(string vertical, RuleSetVersion version)
    {
        var (act, step) = version switch
        {
            { Withdrawn: { } withdrawn } => (AdministrativeAct.VersionWithdrawn, withdrawn),
            { Approved: { } approved } => (AdministrativeAct.VersionApproved, approved),
            { Proposed: { } proposed } => (AdministrativeAct.VersionProposed, proposed),
            _ => (AdministrativeAct.VersionDrafted, new RuleSetStep(version.Author, version.CreatedAt)),
        };
        var payload = act.Payload(step.By, step.At)
            .Add("author", version.Author ?? "engine")
            .Add("effectiveFrom", version.EffectiveFrom.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture))
            .Add("ruleHash", version.Hash)
            .Add("ruleSetVersion", version.Id)
            .Add("simulation", version.Simulation?.Id.ToString())
            .Add("simulationResult", version.Simulation?.ResultHash.ToString())
            .Add("vertical", vertical);
        return new ActDraft(act, TypedId.Parse<RuleSetVersionId>(version.Id).Value, payload.ToBytes());
    }
}

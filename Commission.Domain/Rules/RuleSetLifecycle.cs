using System.Text;
using Commission.Domain.Rules.Gating;

namespace Commission.Domain.Rules;

/// <summary>How the agreement that a version cites stands.</summary>
[GenerateSerializer]
public enum GoverningAgreement
{
    /// <summary>Nobody has executed an agreement with that reference.</summary>
    Unknown,
    /// <summary>It was executed and has not ended.</summary>
    InForce,
    /// <summary>It has ended.</summary>
    Ended,
}

/// <summary>What a decision about a rule set needs to know of the rest of the network.</summary>
/// <param name="Agreement">The agreement that the version to be approved cites.</param>
public sealed record RuleSetFacts(GoverningAgreement Agreement)
{
    /// <summary>The simulation that the approver names, or null when there is none with that id.</summary>
    public SimulationFacts? Simulation { get; init; }

    /// <summary>For commands that rest on nothing outside.</summary>
    public static RuleSetFacts None { get; } = new(GoverningAgreement.Unknown);
}

/// <summary>What an approval needs to know of a simulation.</summary>
/// <param name="Status">How far it is.</param>
/// <param name="RuleHashes">The documents that it tried.</param>
/// <param name="ResultHash">SHA-256 of its result; null while it has none.</param>
public sealed record SimulationFacts(string Status, IReadOnlyList<string> RuleHashes, Hash? ResultHash)
{
    /// <summary>The status of one that has its result.</summary>
    public const string Completed = "completed";
}

/// <summary>
/// The steps of a version: draft, proposed, approved or withdrawn. Its document never changes; who took which step and when
/// is added to it.
/// </summary>
public static class RuleSetLifecycle
{
    internal static Decision<RuleSetEvent> Add(RuleSetState state, AddRuleSetVersion command, DateTimeOffset now)
    {
        var (document, unread) = RuleSetReader.Read(command.Document);
        if (document is null)
            return unread!;
        var refusal = VersionRefusal(state, document) ?? DateRefusal(state, document, now);
        if (refusal is null && command.Actor is null)
            refusal = AnchorRefusal(document) ?? GateRefusal(state, document);
        if (refusal is not null)
            return refusal;
        var draft = new RuleSetVersion(
            IdOf(state, document.Hash), state.Versions.Length + 1, document.EffectiveFrom, document.Hash.ToString(),
            Encoding.UTF8.GetString(document.Canonical), command.Actor?.ToString(), now);

        // What ships with the engine was approved when the engine was released.
        return Decision<RuleSetEvent>.Accept(new RuleSetVersionAdded(
            command.Actor is null ? draft with { Status = RuleSetVersionStatus.Approved, Approved = new RuleSetStep(null, now) } : draft, command.Fingerprint));
    }

    internal static Decision<RuleSetEvent> Propose(RuleSetState state, ProposeRuleSetVersion command, DateTimeOffset now)
    {
        var (version, refusal) = Find(state, command.Version, "proposed", RuleSetVersionStatus.Draft);
        if (version is null)
            return refusal!;
        var document = DocumentOf(version);
        return (DateRefusal(state, document, now) ?? AnchorRefusal(document)) is { } wrong
            ? wrong
            : Moved(version with { Status = RuleSetVersionStatus.Proposed, Proposed = Step(command, now) }, command);
    }

    internal static Decision<RuleSetEvent> Approve(RuleSetState state, ApproveRuleSetVersion command, RuleSetFacts facts, DateTimeOffset now)
    {
        var (version, refusal) = Find(state, command.Version, "approved", RuleSetVersionStatus.Proposed);
        if (version is null)
            return refusal!;
        var approver = command.Actor?.ToString();
        if (approver is null || approver == version.Author || approver == version.Proposed?.By)
            return new Refusal(RefusalCodes.MakerIsChecker, "Somebody else than its author and its proposer must approve a version.", "version", version.Id);
        var document = DocumentOf(version);
        var wrong = DateRefusal(state, document, now) ?? AnchorRefusal(document) ?? GateRefusal(state, document) ?? AgreementRefusal(document, facts.Agreement)
            ?? SimulationRefusal(document, command, facts.Simulation);
        if (wrong is not null)
            return wrong;
        return Moved(version with
        {
            Status = RuleSetVersionStatus.Approved,
            Approved = Step(command, now),
            Simulation = command.Simulation is { } simulation ? new SimulationProof(simulation, facts.Simulation!.ResultHash!.Value) : null,
        }, command);
    }

    internal static Decision<RuleSetEvent> Withdraw(RuleSetState state, WithdrawRuleSetVersion command, DateTimeOffset now)
    {
        var (version, refusal) = Find(state, command.Version, "withdrawn", RuleSetVersionStatus.Draft, RuleSetVersionStatus.Proposed);
        return version is null
            ? refusal!
            : Moved(version with { Status = RuleSetVersionStatus.Withdrawn, Withdrawn = Step(command, now) }, command);
    }

    /// <summary>The version's document, compiled.</summary>
    /// <exception cref="InvalidDataException">It is not what its hash says.</exception>
    public static RuleSetDocument DocumentOf(RuleSetVersion version)
    {
        var (document, refusal) = RuleSetReader.Read(Encoding.UTF8.GetBytes(version.Document));
        return document is not null && document.Hash.ToString() == version.Hash
            ? document
            : throw new InvalidDataException($"The stored rule set {version.Id} is not what its hash says: {refusal?.Text}");
    }

    /// <summary>Why the document could not be drafted now; null when it could.</summary>
    public static Refusal? DraftRefusal(RuleSetState state, byte[] json, DateTimeOffset now)
    {
        var (document, unread) = RuleSetReader.Read(json);
        return document is null ? unread : VersionRefusal(state, document) ?? DateRefusal(state, document, now);
    }

    /// <summary>What stands between a document and its approval in this vertical, agreement aside; empty when nothing does.</summary>
    public static IReadOnlyList<Refusal> Obstacles(RuleSetState state, RuleSetDocument document)
    {
        Refusal?[] found = [VerticalRefusal(state, document), ProductRefusal(state, document), AnchorRefusal(document)];
        return [.. found.OfType<Refusal>(), .. Gates.Check(RuleSetMachine.GatesOf(state), document)];
    }

    private static RuleSetStep Step(RuleSetCommand command, DateTimeOffset now) => new(command.Actor?.ToString(), now);

    private static Decision<RuleSetEvent> Moved(RuleSetVersion version, RuleSetCommand command) =>
        Decision<RuleSetEvent>.Accept(new RuleSetVersionMoved(version, command.Fingerprint));

    private static (RuleSetVersion? Version, Refusal? Refusal) Find(
        RuleSetState state, string id, string step, params ReadOnlySpan<RuleSetVersionStatus> from)
    {
        var version = state.Versions.FirstOrDefault(version => version.Id == id);
        if (version is null)
            return (null, new Refusal(RefusalCodes.UnknownVersion, $"{state.Code} has no rule set version {id}.", "version"));
        return from.Contains(version.Status)
            ? (version, null)
            : (null, new Refusal(RefusalCodes.WrongState,
                $"Version {version.Number} is {version.Status.ToString().ToLowerInvariant()}; to be {step} it must be "
                + $"{string.Join(" or ", from.ToArray()).ToLowerInvariant()}.", "version", version.Id));
    }

    private static Refusal? VersionRefusal(RuleSetState state, RuleSetDocument document)
    {
        if ((VerticalRefusal(state, document) ?? ProductRefusal(state, document)) is { } refusal)
            return refusal;
        if (state.Versions.Length >= RuleSetMachine.MaxVersions)
            return new Refusal(RefusalCodes.InvalidField, $"At most {RuleSetMachine.MaxVersions} versions.", "$");
        var same = state.Versions.FirstOrDefault(version => version.Hash == document.Hash.ToString() && version.Status != RuleSetVersionStatus.Withdrawn);
        return same is null ? null : new Refusal(RefusalCodes.AlreadyExists, $"This document is version {same.Number}.", "$", same.Id);
    }

    private static Refusal? VerticalRefusal(RuleSetState state, RuleSetDocument document) => document.Vertical == state.Code
        ? null
        : StrictNode.Wrong("$.vertical", state.Code, document.Vertical);

    private static Refusal? ProductRefusal(RuleSetState state, RuleSetDocument document)
    {
        var unknown = document.Products.Keys.FirstOrDefault(code => state.Products.All(product => product.Code != code));
        return unknown is null
            ? null
            : new Refusal(RefusalCodes.UnknownProduct, $"$.products: {state.Code} has no product {unknown}.", $"$.products.{unknown}");
    }

    /// <summary>Only the first version that decides may start in the past; dates that one decides stay decided.</summary>
    private static Refusal? DateRefusal(RuleSetState state, RuleSetDocument document, DateTimeOffset now)
    {
        if (state.Approved.LastOrDefault() is not { } latest)
            return null;
        var decided = LatestDecided(latest, now);
        return document.EffectiveFrom <= decided
            ? new Refusal(RefusalCodes.RetroactiveVersion,
                $"$.effectiveFrom: expected a date after {decided:yyyy-MM-dd}, found {document.EffectiveFrom:yyyy-MM-dd}. " +
                "Dates that a version already decides stay decided.", "$.effectiveFrom")
            : null;
    }

    /// <summary>
    /// The last referral date that the latest version may have decided: east of Greenwich it is tomorrow already, and a
    /// deal of that date keeps the version it was pinned to.
    /// </summary>
    private static DateOnly LatestDecided(RuleSetVersion latest, DateTimeOffset now)
    {
        var tomorrow = DateOnly.FromDateTime(now.UtcDateTime).AddDays(1);
        return latest.EffectiveFrom > tomorrow ? latest.EffectiveFrom : tomorrow;
    }

    /// <summary>A deal pins its version when its intent is signed, and no later date is known then (docs/adr/0011).</summary>
    private static Refusal? AnchorRefusal(RuleSetDocument document) => document.Anchor == Anchor.Referral
        ? null
        : new Refusal(RefusalCodes.UnsupportedAnchor,
            $"$.anchor: expected referral, found {document.Anchor.ToString().ToLowerInvariant()}. A deal takes its version when it is referred, "
            + "so that both sides know the rate they sign for; no later date is known then.", "$.anchor")
        {
            Expected = "referral",
            Found = document.Anchor.ToString().ToLowerInvariant(),
        };

    /// <summary>What breaks a gate cannot be approved.</summary>
    private static Refusal? GateRefusal(RuleSetState state, RuleSetDocument document) =>
        Gates.Check(RuleSetMachine.GatesOf(state), document) is [var first, ..] ? first : null;

    /// <summary>A simulation answers for the version that it tried, once it is completed; where one is required, approval waits for it.</summary>
    private static Refusal? SimulationRefusal(RuleSetDocument document, ApproveRuleSetVersion command, SimulationFacts? simulation)
    {
        if (command.Simulation is not { } id)
        {
            return command.SimulationRequired
                ? new Refusal(RefusalCodes.SimulationRequired, $"Name a completed simulation of {document.Hash}: nothing is approved here without one.", "simulation")
                : null;
        }
        if (simulation is null)
            return new Refusal(RefusalCodes.UnknownSimulation, $"There is no simulation {id}.", "simulation");
        if (simulation.Status != SimulationFacts.Completed || simulation.ResultHash is null)
            return new Refusal(RefusalCodes.SimulationUnfit, $"{id} is {simulation.Status}; it must be completed.", "simulation");
        return simulation.RuleHashes.Contains(document.Hash.ToString())
            ? null
            : new Refusal(RefusalCodes.SimulationUnfit, $"{id} tried {string.Join(", ", simulation.RuleHashes)}, not {document.Hash}.", "simulation");
    }

    private static Refusal? AgreementRefusal(RuleSetDocument document, GoverningAgreement agreement) => agreement switch
    {
        GoverningAgreement.InForce => null,
        GoverningAgreement.Ended => new Refusal(RefusalCodes.AgreementEnded,
            $"$.governingAgreement: the agreement “{document.GoverningAgreement}” has ended.", "$.governingAgreement"),
        _ => new Refusal(RefusalCodes.UnknownAgreement,
            $"$.governingAgreement: no agreement “{document.GoverningAgreement}” was executed.", "$.governingAgreement"),
    };

    /// <summary>Derived from the document; one that was withdrawn keeps its id, and the same document again gets another.</summary>
    private static string IdOf(RuleSetState state, Hash hash)
    {
        var id = RuleSetVersionId.Derive(hash).ToString();
        return state.Versions.Any(version => version.Id == id) ? RuleSetVersionId.Derive(hash, state.Versions.Length + 1).ToString() : id;
    }
}

using System.Text.Json;
using Commission.Domain;
using Commission.Domain.Rules;
using Commission.Storage.Rules;

namespace Commission.Api.Rules;

/// <summary>A body without members.</summary>
internal sealed record EmptyBody;

/// <summary>What an approval rests on.</summary>
/// <param name="Simulation">The id of a completed simulation of the very document; may be left out unless the network requires one.</param>
internal sealed record ApprovalBody(string? Simulation);

/// <summary>A version.</summary>
/// <param name="Id">Derived from the document's hash.</param>
/// <param name="Number">1, 2, 3 … within the vertical.</param>
/// <param name="State">draft, proposed, withdrawn; approved until its date comes, then active, then superseded.</param>
/// <param name="EffectiveFrom">First referral date that it decides.</param>
/// <param name="Hash">SHA-256 of the canonical document.</param>
/// <param name="Author">Who drafted it; <c>engine</c> for what ships with it.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="Proposer">Who proposed it.</param>
/// <param name="ProposedAt">When.</param>
/// <param name="Approver">Who approved it: never its author or proposer.</param>
/// <param name="ApprovedAt">When.</param>
/// <param name="WithdrawnBy">Who withdrew it.</param>
/// <param name="WithdrawnAt">When.</param>
/// <param name="Simulation">The simulation that its approver looked at.</param>
/// <param name="SimulationResult">SHA-256 of that simulation's result.</param>
internal sealed record RuleSetVersionView(
    string Id, int Number, string State, DateOnly EffectiveFrom, string Hash, string Author, DateTimeOffset CreatedAt,
    string? Proposer, DateTimeOffset? ProposedAt, string? Approver, DateTimeOffset? ApprovedAt, string? WithdrawnBy, DateTimeOffset? WithdrawnAt,
    string? Simulation, string? SimulationResult)
{
    public static readonly string[] States = ["draft", "proposed", "approved", "active", "superseded", "withdrawn"];

    private const string Engine = "engine";

    /// <summary>As it is stored, whatever the date.</summary>
    public static RuleSetVersionView Stored(RuleSetVersion version) => new(
        version.Id, version.Number, version.Status.ToString().ToLowerInvariant(), version.EffectiveFrom, version.Hash, version.Author ?? Engine,
        version.CreatedAt, By(version.Proposed), version.Proposed?.At, By(version.Approved), version.Approved?.At, By(version.Withdrawn),
        version.Withdrawn?.At, version.Simulation?.Id.ToString(), version.Simulation?.ResultHash.ToString());

    /// <summary>As it was when it had been drafted.</summary>
    public static RuleSetVersionView Drafted(RuleSetVersion version) =>
        Stored(version with { Status = RuleSetVersionStatus.Draft, Proposed = null, Approved = null, Withdrawn = null, Simulation = null });

    /// <summary>As it was when it had been proposed.</summary>
    public static RuleSetVersionView ProposedOnly(RuleSetVersion version) =>
        Stored(version with { Status = RuleSetVersionStatus.Proposed, Approved = null, Withdrawn = null, Simulation = null });

    /// <summary>As it is on a date.</summary>
    public static RuleSetVersionView On(RuleSetState vertical, RuleSetVersion version, DateOnly today)
    {
        var view = Stored(version);
        if (version.Status != RuleSetVersionStatus.Approved || version.EffectiveFrom > today)
            return view;
        return view with { State = vertical.ActiveOn(today)?.Id == version.Id ? "active" : "superseded" };
    }

    private static string? By(RuleSetStep? step) => step is null ? null : step.By ?? Engine;
}

/// <summary>A version with its document, what still stands between it and its approval, and what simulations of it found, newest first.</summary>
internal sealed record RuleSetDocumentView(
    RuleSetVersionView Version, JsonElement Document, MistakeView[] Obstacles, CompletedSimulationView[] Simulations);

/// <summary>What a completed simulation of a document found, over all its candidates.</summary>
internal sealed record CompletedSimulationView(
    string Id, string Actor, DateTimeOffset FinishedAt, string Currency, long BeforeMinor, long AfterMinor, long DifferenceMinor, long BreachCount)
{
    public static CompletedSimulationView Of(SimulationSummary found) => new(
        found.Id.ToString(), found.Actor.ToString(), found.FinishedAt, found.Currency, found.BeforeMinor, found.AfterMinor,
        found.AfterMinor - found.BeforeMinor, found.BreachCount);
}

/// <summary>What changes from one version to another.</summary>
internal sealed record RuleSetDifferenceView(string From, string FromHash, string To, string ToHash, IReadOnlyList<string> Lines);

/// <summary>A mistake in a document.</summary>
/// <param name="Path">Where.</param>
/// <param name="Code">Which kind.</param>
/// <param name="Expected">What was expected there.</param>
/// <param name="Found">What was found.</param>
/// <param name="Text">In one sentence.</param>
internal sealed record MistakeView(string Path, string Code, string? Expected, string? Found, string Text)
{
    public static MistakeView Of(Refusal refusal) => new(refusal.Field ?? "$", refusal.Code, refusal.Expected, refusal.Found, refusal.Text);
}

/// <summary>What is wrong with a document; or, when nothing is, its hash and what it says.</summary>
internal sealed record ValidationView(bool Valid, MistakeView[] Mistakes, string? Hash, string? Plain);

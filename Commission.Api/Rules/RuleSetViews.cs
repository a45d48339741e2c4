using System.Text.Json;
using Commission.Domain;
using Commission.Domain.Rules;

namespace Commission.Api.Rules;

/// <summary>A body without members.</summary>
internal sealed record EmptyBody;

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
internal sealed record RuleSetVersionView(
    string Id, int Number, string State, DateOnly EffectiveFrom, string Hash, string Author, DateTimeOffset CreatedAt,
    string? Proposer, DateTimeOffset? ProposedAt, string? Approver, DateTimeOffset? ApprovedAt, string? WithdrawnBy, DateTimeOffset? WithdrawnAt)
{
    public static readonly string[] States = ["draft", "proposed", "approved", "active", "superseded", "withdrawn"];

    private const string Engine = "engine";

    /// <summary>As it is stored, whatever the date.</summary>
    public static RuleSetVersionView Stored(RuleSetVersion version) => new(
        version.Id, version.Number, version.Status.ToString().ToLowerInvariant(), version.EffectiveFrom, version.Hash, version.Author ?? Engine,
        version.CreatedAt, By(version.Proposed), version.Proposed?.At, By(version.Approved), version.Approved?.At, By(version.Withdrawn),
        version.Withdrawn?.At);

    /// <summary>As it was when it had been drafted.</summary>
    public static RuleSetVersionView Drafted(RuleSetVersion version) =>
        Stored(version with { Status = RuleSetVersionStatus.Draft, Proposed = null, Approved = null, Withdrawn = null });

    /// <summary>As it was when it had been proposed.</summary>
    public static RuleSetVersionView ProposedOnly(RuleSetVersion version) =>
        Stored(version with { Status = RuleSetVersionStatus.Proposed, Approved = null, Withdrawn = null });

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

/// <summary>A version with its document and what still stands between it and its approval.</summary>
internal sealed record RuleSetDocumentView(RuleSetVersionView Version, JsonElement Document, MistakeView[] Obstacles);

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

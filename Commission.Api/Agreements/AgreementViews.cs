using System.Text.Json;
using Commission.Domain;
using Commission.Domain.Agreements;
using Commission.Storage.Agreements;

namespace Commission.Api.Agreements;

/// <summary>What executes an agreement.</summary>
internal sealed record AgreementBody(
    string Reference, string Kind, PartyBody Party, JsonElement? Schedule, ExecutionBody Execution, AgreementRuleSetBody? RuleSet);

/// <summary>The party: a contact that exists, or the person who becomes a PARTNER.</summary>
internal sealed record PartyBody(string? Contact, string? Name, string? Email, string? Phone);

/// <summary>The proof. method: key (publicKey, signature, time), drawn (image, PNG), recorded (documentHash); bytes are base64url.</summary>
internal sealed record ExecutionBody(string Method, string? PublicKey, string? Signature, DateTimeOffset? Time, string? Image, string? DocumentHash);

/// <summary>The draft: a document that cites nothing yet, or nothing for a copy of the version in force.</summary>
internal sealed record AgreementRuleSetBody(string Vertical, string EffectiveFrom, JsonElement? Document);

internal sealed record EndAgreementBody(string Reason);

internal sealed record AgreementItem(string Id, string Reference, string Kind, string State, string? Party, DateTimeOffset ExecutedAt, DateTimeOffset? EndedAt)
{
    public static AgreementItem Of(AgreementRow row) => new(
        row.Id.ToString(), row.Reference, row.Kind.Name(), row.EndedAt is null ? "in_force" : "ended", row.Party?.ToString(), row.ExecutedAt, row.EndedAt);
}

/// <summary>An agreement without personal data.</summary>
internal sealed record AgreementView(
    string Id, string Reference, string Kind, string State, string? Party, string PartyCommitment, JsonElement Schedule, ExecutionView Execution,
    string Anchor, string ExecutedBy, AgreementDraftView? RuleSet, DateTimeOffset? EndedAt, string? EndedBy, string? EndReason)
{
    private const string Engine = "engine";

    public static AgreementView Of(AgreementState state) => new(
        state.Id.ToString(), state.Reference, state.Kind.Name(), state.EndedAt is null ? "in_force" : "ended", state.Party?.ToString(),
        state.PartyCommitment.ToString(), JsonElement.Parse(state.Schedule), ExecutionView.Of(state.Execution!), state.Anchor.ToString(),
        state.Actor?.ToString() ?? Engine,
        state.Draft is { } draft ? new AgreementDraftView(draft.Vertical, state.DraftVersion, state.DraftRefusal?.Text) : null,
        state.EndedAt, state.EndedBy?.ToString(), state.EndReason);

    /// <summary>As it was when it had been executed: a repeated execution gets the same bytes.</summary>
    public static AgreementView Executed(AgreementState state) => Of(state with { EndedAt = null, EndedBy = null, EndReason = null });
}

/// <summary>The draft that an agreement brought, or why there is none.</summary>
internal sealed record AgreementDraftView(string Vertical, string? Version, string? Refused);

/// <summary>The proof; key, signature and image as hashes of their bytes.</summary>
internal sealed record ExecutionView(
    string Method, DateTimeOffset Time, string Reference, string? PublicKeyHash, string? SignatureHash, string? ImageHash, string? DocumentHash,
    string? IpCommitment, string? UserAgentCommitment)
{
    public static ExecutionView Of(Execution execution) => new(
        execution.Method.Name(), execution.Time, execution.Reference, Digest(execution.PublicKey), Digest(execution.Signature), Digest(execution.Image),
        execution.DocumentHash?.ToString(), execution.IpCommitment?.ToString(), execution.UserAgentCommitment?.ToString());

    private static string? Digest(byte[] bytes) => bytes.Length == 0 ? null : Hash.Of(bytes).ToString();
}

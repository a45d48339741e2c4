using System.Text;
using System.Text.Json.Nodes;
using Commission.Cli.Http;
using Commission.Domain;
using Commission.Domain.Rules;

namespace Commission.Cli.Rules;

/// <summary>
/// Takes rule set documents from draft to approval: one contact drafts and proposes, another approves. What was done before
/// is left as it is.
/// </summary>
/// <param name="api">The server.</param>
/// <param name="keys">How idempotency keys of these steps begin.</param>
/// <param name="author">Who drafts and proposes.</param>
internal sealed class RuleSetSteps(ApiClient api, string keys, string author)
{
    /// <summary>A staff contact that only approves; the same name finds the same contact again.</summary>
    public static async Task<string> ApproverAsync(ApiClient api, string name, CancellationToken cancellation)
    {
        var body = new JsonObject { ["type"] = "INTERNAL", ["name"] = name };
        return (await api.SendAsync(ApiRequest.Post("api/v1/contacts", body, name.Replace(' ', '-'), null), cancellation)).Id();
    }

    /// <summary>Makes sure that the document is an approved version.</summary>
    /// <param name="vertical">Its vertical's code.</param>
    /// <param name="document">The document.</param>
    /// <param name="approver">Who approves.</param>
    /// <param name="cancellation">Stops it between steps.</param>
    /// <exception cref="ApiProblemException">The server refuses a step.</exception>
    public async Task EnsureApprovedAsync(string vertical, byte[] document, string approver, CancellationToken cancellation)
    {
        var (id, state) = await EnsureProposedAsync(vertical, document, cancellation);
        if (state is "proposed")
            await ApproveAsync(vertical, id, document, approver, cancellation);
    }

    /// <summary>Has a proposal approved.</summary>
    /// <exception cref="ApiProblemException">The server refuses it.</exception>
    public Task ApproveAsync(string vertical, string id, byte[] document, string approver, CancellationToken cancellation) =>
        api.SendAsync(Step(VersionsOf(vertical), id, "approve", Members.ImportService.Digest(document), approver), cancellation);

    /// <summary>Makes sure that the document is a version that was proposed at least; its id, and how far it has come.</summary>
    /// <exception cref="ApiProblemException">The server refuses a step.</exception>
    public async Task<(string Id, string State)> EnsureProposedAsync(string vertical, byte[] document, CancellationToken cancellation)
    {
        var versions = VersionsOf(vertical);
        var digest = Members.ImportService.Digest(document);
        await RecordAgreementAsync(document, digest, cancellation);
        var (id, state) = await DraftAsync(versions, document, digest, cancellation);
        if (state is not "draft")
            return (id, state);
        await api.SendAsync(Step(versions, id, "propose", digest, author), cancellation);
        return (id, "proposed");
    }

    private static string VersionsOf(string vertical) => $"api/v1/verticals/{vertical}/rule-sets";

    /// <summary>The agreement that the document cites was executed elsewhere: it is recorded with the hash of what quotes it.</summary>
    private async Task RecordAgreementAsync(byte[] document, string digest, CancellationToken cancellation)
    {
        if (RuleSetReader.Read(document).Document is not { } rules)
            return;
        var body = new JsonObject
        {
            ["reference"] = rules.GoverningAgreement,
            ["kind"] = "client_referral",
            ["party"] = new JsonObject { ["contact"] = author },
            ["execution"] = new JsonObject { ["method"] = "recorded", ["documentHash"] = digest },
        };
        try
        {
            await api.SendAsync(ApiRequest.Post("api/v1/agreements", body, $"{keys}:agreement:{digest}", author), cancellation);
        }
        catch (ApiProblemException problem) when (problem.Code == RefusalCodes.AlreadyExists)
        {
            // It was executed or recorded before: that is what was wanted.
        }
    }

    /// <summary>The draft, or the version that has this document already, as far as it has come.</summary>
    private async Task<(string Id, string State)> DraftAsync(string versions, byte[] document, string digest, CancellationToken cancellation)
    {
        try
        {
            return ((await api.SendAsync(ApiRequest.Post(versions, document, $"{keys}:ruleset:{digest}", author), cancellation)).Id(), "draft");
        }
        catch (ApiProblemException problem) when (problem.Code == RefusalCodes.AlreadyExists && problem.Related is not null)
        {
            var known = (await api.SendAsync(ApiRequest.Get($"{versions}/{problem.Related}"), cancellation)).Json();
            return (problem.Related, known.GetProperty("version").GetProperty("state").GetString()!);
        }
    }

    private ApiRequest Step(string versions, string id, string step, string digest, string actor) =>
        ApiRequest.Post($"{versions}/{id}/{step}", Encoding.UTF8.GetBytes("{}"), $"{keys}:{step}:{digest}", actor);
}

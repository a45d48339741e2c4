using System.Security.Cryptography;
using System.Text.Json;
using Commission.Domain;
using Commission.Domain.Agreements;
using Commission.Domain.Deals;
using Commission.Domain.Ledger;
using Commission.Domain.Ledger.Evidence;
using Commission.Domain.Rules;
using static Commission.Verifier.Findings;

namespace Commission.Verifier;

/// <summary>The rule sets that decided are those of the entries' hashes, were approved by somebody else, and rest on executed agreements.</summary>
internal static class AuthorityCheck
{
    public static void Verify(EvidencePack pack, PackLeaves leaves, IntentPayload intent)
    {
        var needed = leaves.Entries.Select(leaf => leaf.Entry.RuleHash).ToHashSet();
        var documents = pack.RuleSets.Select(Read).ToArray();
        Require(
            documents.Length == needed.Count && documents.All(document => needed.Remove(document.Hash)), Failure.Authority,
            "The rule sets in the pack are not those that the entries name.");
        foreach (var document in documents)
        {
            Require(document.Vertical == intent.Vertical, Failure.Authority, $"Rule set {document.Hash} is of {document.Vertical}, the deal of {intent.Vertical}.");
            Require(document.EffectiveFrom <= intent.ReferredOn, Failure.Authority, $"Rule set {document.Hash} came into force after the referral.");
            VerifyApproval(document, leaves.Acts);
            VerifyAgreement(document, pack.Agreements, leaves.Acts);
        }
        Require(
            pack.Agreements.Select(agreement => agreement.Reference).Order(StringComparer.Ordinal)
                .SequenceEqual(documents.Select(document => document.GoverningAgreement).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)),
            Failure.Authority, "The agreements in the pack are not those that the rule sets cite.");
    }

    private static RuleSetDocument Read(byte[] canonical)
    {
        var (document, refusal) = RuleSetReader.Read(canonical);
        Require(document is not null, Failure.Authority, $"A rule set cannot be read: {refusal?.Text}");
        return document!;
    }

    private static void VerifyApproval(RuleSetDocument document, IEnumerable<ActLeaf> acts)
    {
        foreach (var act in acts.Where(act => act.Act.Act == AdministrativeAct.VersionApproved))
        {
            using var payload = JsonDocument.Parse(act.Act.Payload);
            string? Text(string name) => payload.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
            if (Text("ruleHash") != document.Hash.ToString())
                continue;
            Require(Text("actor") != Text("author") || Text("actor") == "engine", Failure.Authority, $"Rule set {document.Hash} was approved by its author.");
            return;
        }
        throw new VerificationException(Failure.Authority, $"The pack does not show that rule set {document.Hash} was approved.");
    }

    private static void VerifyAgreement(RuleSetDocument document, IReadOnlyList<AgreementState> agreements, IEnumerable<ActLeaf> acts)
    {
        var reference = document.GoverningAgreement;
        var agreement = agreements.FirstOrDefault(agreement => agreement.Reference == reference);
        var act = acts.FirstOrDefault(act => act.Act.Act == AdministrativeAct.AgreementExecuted && act.Act.Subject == AgreementId.Derive(reference).Value);
        Require(agreement is not null && act is not null, Failure.Authority, $"The pack does not show that '{reference}' was executed.");
        var execution = agreement!.Execution!;
        using var payload = JsonDocument.Parse(act!.Act.Payload);

        // A drawn signature is personal data and stays with the engine: without it the anchor cannot be made again.
        Require(
            payload.RootElement.GetProperty("method").GetString() == execution.Method.Name()
            && payload.RootElement.GetProperty("kind").GetString() == agreement.Kind.Name()
            && payload.RootElement.GetProperty("execution").GetString() == execution.Reference
            && (execution.Method == ExecutionMethod.Drawn || payload.RootElement.GetProperty("anchor").GetString() == AgreementAnchor.Of(agreement).ToString()),
            Failure.Authority, $"'{reference}' is not the agreement that was executed.");
        if (execution.Method == ExecutionMethod.Key)
            Require(IsSigned(agreement), Failure.Authority, $"The signature under '{reference}' does not verify.");
    }

    private static bool IsSigned(AgreementState agreement)
    {
        var execution = agreement.Execution!;
        using var key = Keys.Import(execution.PublicKey);
        return key is not null && key.VerifyData(
            AgreementAnchor.Statement(agreement.Reference, agreement.Kind, agreement.Schedule, execution.Time), execution.Signature,
            HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }
}

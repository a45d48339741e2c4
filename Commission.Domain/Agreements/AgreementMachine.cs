using System.Security.Cryptography;
using System.Text;
using Commission.Domain.Deals;
using Commission.Domain.Members;
using Commission.Domain.Rules;

namespace Commission.Domain.Agreements;

/// <summary>Decides commands to an agreement. Pure: no clock, no I/O.</summary>
public static class AgreementMachine
{
    /// <summary>Characters of a reference at most.</summary>
    public const int MaxReferenceLength = 200;
    /// <summary>Bytes of a schedule at most.</summary>
    public const int MaxScheduleBytes = 16 * 1024;
    /// <summary>Bytes of a drawn signature at most.</summary>
    public const int MaxImageBytes = 64 * 1024;

    /// <summary>How long before it is sent a party may have signed.</summary>
    public static TimeSpan SignatureLifetime { get; } = TimeSpan.FromDays(7);

    /// <summary>Decides one command.</summary>
    public static Decision<AgreementEvent> Decide(AgreementState state, AgreementCommand command, DateTimeOffset now) => command switch
    {
        ExecuteAgreement execute => Execute(state, execute, now),
        EndAgreement end => End(state, end, now),
        _ => throw new ArgumentOutOfRangeException(nameof(command)),
    };

    /// <summary>Applies one event.</summary>
    public static AgreementState Evolve(AgreementState state, AgreementEvent happened) => happened switch
    {
        AgreementExecuted executed => executed.Agreement,

        // The person's data live with the contact from now on.
        AgreementFinished finished => state with
        {
            Unfinished = false,
            NewPartner = null,
            DraftVersion = finished.DraftVersion,
            DraftRefusal = finished.DraftRefusal,
        },
        AgreementWasEnded ended => state with
        {
            EndedAt = ended.At,
            EndedBy = ended.By,
            EndReason = ended.Reason,
            Requests = [.. state.Requests, ended.Request],
        },
        _ => throw new ArgumentOutOfRangeException(nameof(happened)),
    };

    private static Decision<AgreementEvent> Execute(AgreementState state, ExecuteAgreement command, DateTimeOffset now)
    {
        if (state.Exists)
            return new Refusal(RefusalCodes.AlreadyExists, $"The agreement “{command.Reference}” was executed.", "reference", state.Id.ToString());
        var refusal = ReferenceRefusal(command.Reference) ?? PartyRefusal(command) ?? ScheduleRefusal(command.Schedule)
            ?? DraftRefusal(command) ?? ExecutionRefusal(command, now);
        if (refusal is not null)
            return refusal;
        var agreement = new AgreementState
        {
            Id = AgreementId.Derive(command.Reference),
            Reference = command.Reference,
            Kind = command.Kind,
            Party = command.Party,
            PartyCommitment = command.PartyCommitment,
            Schedule = command.Schedule,
            Execution = command.Execution.Method == ExecutionMethod.Key ? command.Execution : command.Execution with { Time = now },
            Actor = command.Actor,
            NewPartner = command.Partner,
            Draft = command.Draft,
            Unfinished = command.Partner is not null || command.Draft is not null,
            Requests = [command.Fingerprint],
        };
        return Decision<AgreementEvent>.Accept(new AgreementExecuted(agreement with { Anchor = AgreementAnchor.Of(agreement) }));
    }

    private static Decision<AgreementEvent> End(AgreementState state, EndAgreement command, DateTimeOffset now)
    {
        if (!state.Exists)
            return new Refusal(RefusalCodes.UnknownAgreement, "No agreement with this id.", "id");
        if (state.EndedAt is not null)
            return new Refusal(RefusalCodes.WrongState, $"The agreement ended at {state.EndedAt:O}.", "id");
        return string.IsNullOrWhiteSpace(command.Reason) || command.Reason.Length > 1_000 || command.Reason.Any(char.IsControl)
            ? new Refusal(RefusalCodes.InvalidField, "reason must have 1 to 1000 characters and no control characters.", "reason")
            : Decision<AgreementEvent>.Accept(new AgreementWasEnded(command.Actor, command.Reason, now, command.Fingerprint));
    }

    /// <summary>Rule sets cite it letter by letter, so two references that look alike must be alike.</summary>
    private static Refusal? ReferenceRefusal(string reference) =>
        reference.Length is 0 or > MaxReferenceLength || reference.Trim().Length != reference.Length || !reference.All(c => c is >= ' ' and <= '~')
            ? new Refusal(RefusalCodes.InvalidField,
                $"reference must have 1 to {MaxReferenceLength} plain letters, digits and punctuation (ASCII), and no space at either end.", "reference")
            : null;

    private static Refusal? PartyRefusal(ExecuteAgreement command)
    {
        if (command.Execution.Method == ExecutionMethod.Shipped)
            return command.Actor is null ? null : new Refusal(RefusalCodes.InvalidField, "Only the engine ships agreements.", "execution");
        if (command.Kind == AgreementKind.ClientReferral && command.Partner is not null)
            return new Refusal(RefusalCodes.InvalidField, "The party of a client referral agreement is a contact that exists: party.contact.", "party");
        if (command.Partner is { } partner && PartnerRefusal(command, partner) is { } refusal)
            return refusal;
        return command.Kind != AgreementKind.ClientReferral && command.Partner is null && command.PartyType != ContactType.Partner
            ? new Refusal(RefusalCodes.InvalidField, $"The party of an {command.Kind.Name()} agreement is a new person or a PARTNER.", "party")
            : null;
    }

    /// <summary>What the contact would be refused for is refused before there is an agreement.</summary>
    private static Refusal? PartnerRefusal(ExecuteAgreement command, NewPartner partner)
    {
        var create = new CreateContact(
            command.Party!.Value, ContactType.Partner, partner.Name, partner.Email, partner.Phone, partner.Salt, null, [], command.Actor, command.Fingerprint);
        return MemberMachine.Decide(new MemberState(), create, DateTimeOffset.UnixEpoch).Refusal is { } refusal
            ? refusal with { Field = $"party.{refusal.Field}" }
            : null;
    }

    private static Refusal? ScheduleRefusal(string schedule)
    {
        try
        {
            var bytes = Encoding.UTF8.GetBytes(schedule);
            return bytes.Length <= MaxScheduleBytes && schedule.StartsWith('{') && CanonicalJson.Canonicalize(bytes).AsSpan().SequenceEqual(bytes)
                ? null
                : new Refusal(RefusalCodes.InvalidField, $"schedule must be an object of at most {MaxScheduleBytes} bytes.", "schedule");
        }
        catch (FormatException error)
        {
            return new Refusal(RefusalCodes.InvalidField, $"schedule: {error.Message}", "schedule");
        }
    }

    private static Refusal? DraftRefusal(ExecuteAgreement command)
    {
        if (command.Draft is not { } draft)
        {
            return command.Kind == AgreementKind.ClientReferral
                ? null
                : new Refusal(RefusalCodes.InvalidField, "ruleSet is required: the draft that rests on the agreement.", "ruleSet");
        }
        if (command.Kind == AgreementKind.ClientReferral)
            return new Refusal(RefusalCodes.InvalidField, "A client referral agreement brings no rule set.", "ruleSet");
        var (document, refusal) = RuleSetReader.Read(draft.Document);
        if (document is null)
            return refusal;
        return document.GoverningAgreement == command.Reference
            ? null
            : StrictNode.Wrong("$.governingAgreement", $"“{command.Reference}”, or nothing", $"“{document.GoverningAgreement}”");
    }

    private static Refusal? ExecutionRefusal(ExecuteAgreement command, DateTimeOffset now)
    {
        var execution = command.Execution;
        switch (execution.Method)
        {
            case ExecutionMethod.Key when !MemberMachine.IsP256(execution.PublicKey):
                return new Refusal(
                    RefusalCodes.InvalidField, "publicKey must be a DER SubjectPublicKeyInfo of an EC P-256 key, base64url.", "execution.publicKey");
            case ExecutionMethod.Key when execution.Time > now + DealMachine.ClockSkew || execution.Time < now - SignatureLifetime:
                return new Refusal(
                    RefusalCodes.InvalidDate, $"time must be within the {SignatureLifetime.TotalDays:0} days before now.", "execution.time");
            case ExecutionMethod.Key when !IsSigned(command):
                return new Refusal(
                    RefusalCodes.InvalidSignature, "The signature does not verify over the statement (docs/formats/agreement.md).", "execution.signature");
            case ExecutionMethod.Drawn when !IsPng(execution.Image):
                return new Refusal(RefusalCodes.InvalidField, $"image must be a PNG of at most {MaxImageBytes} bytes, base64url.", "execution.image");
            case ExecutionMethod.Recorded when execution.DocumentHash is null:
                return new Refusal(RefusalCodes.InvalidField, "documentHash must be the SHA-256 of the paper.", "execution.documentHash");
            default:
                return null;
        }
    }

    private static bool IsSigned(ExecuteAgreement command)
    {
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(command.Execution.PublicKey, out _);
        return command.Execution.Signature.Length == 64 && key.VerifyData(
            AgreementAnchor.Statement(command.Reference, command.Kind, command.Schedule, command.Execution.Time), command.Execution.Signature,
            HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    /// <summary>Signature, IHDR first, IEND last: RFC 2083 sections 3.1, 4.1.1 and 4.1.4. The pixels are the party's business.</summary>
    private static bool IsPng(byte[] image) =>
        image.Length is >= 45 and <= MaxImageBytes
        && image.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13])
        && image.AsSpan(12, 4).SequenceEqual("IHDR"u8)
        && image.AsSpan(image.Length - 8, 4).SequenceEqual("IEND"u8);
}

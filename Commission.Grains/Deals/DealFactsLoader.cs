using System.Collections.Concurrent;
using Commission.Domain;
using Commission.Domain.Deals;
using Commission.Domain.Members;
using Commission.Grains.Members;
using Commission.Grains.Rules;
using Commission.Storage.Secrets;
using Microsoft.Extensions.Options;

namespace Commission.Grains.Deals;

/// <summary>What deals need to be told by configuration.</summary>
public sealed class DealOptions
{
    /// <summary>WebAuthn relying party id: the host name that members' authenticators are registered for.</summary>
    public string RelyingParty { get; set; } = "localhost";
}

/// <summary>Looks up what a deal's decision needs to know of the real world.</summary>
internal sealed class DealFactsLoader(
    MemberDirectory members, RuleSetDirectory rules, ClusterSecrets secrets, IOptions<DealOptions> options, TimeProvider time) : IDealFacts
{
    internal const string LinkSecret = "magic-link";
    private const int MaxHeaders = 10_000;

    /// <summary>Refusals that rest on looked-up facts, which may be a few seconds old.</summary>
    private static readonly HashSet<string> RestOnFacts = new(StringComparer.Ordinal)
    {
        RefusalCodes.UnknownContact, RefusalCodes.UnknownVertical, RefusalCodes.UnknownProduct, RefusalCodes.RateCardMissing,
        RefusalCodes.UnknownKey, RefusalCodes.KeyNotValid, RefusalCodes.NotAuthorised, RefusalCodes.InvalidField,
    };

    private readonly ConcurrentDictionary<Header, bool> _verifiedHeaders = new();

    private readonly record struct Header(ContactId Service, KeyId Key, int Lines, Hash Root, DateTimeOffset Time, Hash SignatureR, Hash SignatureS);

    /// <summary>Whether the decision must be taken again on fresh facts before the refusal counts.</summary>
    public static bool MustBeFresh(Refusal? refusal) => refusal is not null && RestOnFacts.Contains(refusal.Code);

    public DateTimeOffset Now(DealCommand command) => time.GetUtcNow();

    /// <summary>Facts for a signed step. The signer's key comes last: of all facts, its age is the one that must not grow.</summary>
    public async ValueTask<DealFacts> LoadAsync(DealState state, RecordHandshake command, bool fresh)
    {
        var facts = await LoadAsync(state, command.Payload, command.Link, fresh);
        return facts with { Signer = await FindSignerAsync(state, command.Payload, command.Envelope, fresh) };
    }

    private async ValueTask<DealFacts> LoadAsync(DealState state, HandshakePayload payload, string? link, bool fresh)
    {
        var contacts = new Dictionary<ContactId, ContactFacts>();
        var facts = new DealFacts
        {
            Contacts = contacts,
            LinkMatches = link is not null && LinkedStep(state, payload) is not HandshakeStep.None and var linked
                && ClientLinks.Matches(await LinkSecretAsync(), payload.Deal, linked, link),
            RelyingParty = options.Value.RelyingParty,
        };
        if (payload is IntentPayload intent)
        {
            foreach (var id in (ContactId[])[intent.Actor, intent.Receiver, intent.Client, .. Uplines.Of(intent.Upline, intent.FurtherUplines)])
                await AddAsync(contacts, id, fresh);
            if (intent.AttestedBy is null)
                await AddUplinesAsync(contacts, intent.Actor, fresh);
            var vertical = await rules.FindAsync(intent.Vertical, fresh);
            return vertical is null
                ? facts
                : facts with { Vertical = vertical.Facts, RuleSet = rules.ActiveOn(vertical, intent.ReferredOn) };
        }
        if (payload.AttestedBy is not null)
            await AddAsync(contacts, payload.Actor == state.Client ? state.Receiver : payload.Actor, fresh);
        return payload is SettlementPayload or OutcomePayload && state.Exists
            ? facts with { RuleSet = await rules.FindDocumentAsync(state.Vertical, state.RuleHash) }
            : facts;
    }

    /// <summary>Facts for a line of an attested bulk request.</summary>
    public async ValueTask<DealFacts> LoadAsync(DealState state, AttestDeal command, bool fresh)
    {
        var (line, attestation) = (command.Line, command.Signature.Attestation);
        var contacts = new Dictionary<ContactId, ContactFacts>(4);
        foreach (var id in (ContactId[])[line.Referrer, line.Receiver, line.Client, .. Uplines.Of(line.Upline, line.FurtherUplines)])
            await AddAsync(contacts, id, fresh);
        var vertical = await rules.FindAsync(line.Vertical, fresh);
        var document = state.Exists
            ? await rules.FindDocumentAsync(state.Vertical, state.RuleHash)
            : vertical is null ? null : rules.ActiveOn(vertical, line.ReferredOn);
        var signer = await members.FindKeyAsync(attestation.Service, attestation.Key, fresh);
        return new DealFacts
        {
            Contacts = contacts,
            Signer = signer,
            BulkHeaderVerified = signer is not null && VerifyHeader(signer, attestation),
            Vertical = vertical?.Facts,
            RuleSet = document,
        };
    }

    /// <summary>Facts for what happens after the completion.</summary>
    public async ValueTask<DealFacts> LoadLaterAsync(DealState state, ContactId caller, bool fresh)
    {
        var contacts = new Dictionary<ContactId, ContactFacts>(2);
        if (!state.Exists)
            return new DealFacts();
        await AddAsync(contacts, caller, fresh);
        await AddAsync(contacts, state.Receiver, fresh);
        return new DealFacts { Contacts = contacts, RuleSet = await rules.FindDocumentAsync(state.Vertical, state.RuleHash) };
    }

    /// <summary>The link that a recorded step hands to the client, if it does.</summary>
    public async ValueTask<string?> LinkAfterAsync(DealId deal, StepRecord step) =>
        ClientLinks.LinkAfter(step.Step) is not HandshakeStep.None and var next && step.AttestedBy is null
            ? ClientLinks.Token(await LinkSecretAsync(), deal, next)
            : null;

    /// <summary>The step that the client's link is for: it ends the deal by the link with which it could have gone on.</summary>
    private static HandshakeStep LinkedStep(DealState state, HandshakePayload payload) =>
        payload is ClosingPayload ? state.Status.Next() : payload.Step;

    private ValueTask<byte[]> LinkSecretAsync() => secrets.GetAsync(LinkSecret);

    private async ValueTask AddAsync(Dictionary<ContactId, ContactFacts> contacts, ContactId id, bool fresh)
    {
        if (!contacts.ContainsKey(id) && await members.FindAsync(id, fresh) is { } profile)
            contacts.Add(id, profile.Facts);
    }

    /// <summary>Everybody above a member, as registered.</summary>
    private async ValueTask AddUplinesAsync(Dictionary<ContactId, ContactFacts> contacts, ContactId member, bool fresh)
    {
        var next = contacts.GetValueOrDefault(member)?.Upline;
        for (var level = 0; next is { } upline && level < Uplines.MaxDepth; level++)
        {
            await AddAsync(contacts, upline, fresh);
            next = contacts.GetValueOrDefault(upline)?.Upline;
        }
    }

    private async ValueTask<SigningKey?> FindSignerAsync(DealState state, HandshakePayload payload, SignatureEnvelope envelope, bool fresh)
    {
        var id = envelope switch { Es256Signature signed => signed.Key, WebAuthnSignature assertion => assertion.Key, _ => default };
        if (payload.BroughtKey is { } brought)
            return members.Embedded(payload.Actor, id, brought);
        if (payload.AttestedBy is null && state.ClientKey is not null && payload.Actor == state.Client
            && members.Embedded(payload.Actor, id, state.ClientKey) is { } clientKey)
            return clientKey;
        return await members.FindKeyAsync(payload.AttestedBy ?? payload.Actor, id, fresh);
    }

    /// <summary>One verification of the header serves all its lines.</summary>
    private bool VerifyHeader(SigningKey key, BulkAttestation attestation)
    {
        if (attestation.Signature.Length != 2 * Hash.Size)
            return false;
        var header = new Header(
            attestation.Service, attestation.Key, attestation.Lines, attestation.Root, attestation.Time,
            new Hash(attestation.Signature.AsSpan(0, Hash.Size)), new Hash(attestation.Signature.AsSpan(Hash.Size)));
        if (_verifiedHeaders.ContainsKey(header))
            return true;
        if (!SignatureVerification.VerifyBulkHeader(key, attestation))
            return false;
        if (_verifiedHeaders.Count >= MaxHeaders)
            _verifiedHeaders.Clear();
        return _verifiedHeaders.TryAdd(header, true) || _verifiedHeaders.ContainsKey(header);
    }
}

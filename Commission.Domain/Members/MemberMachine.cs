using System.Security.Cryptography;

namespace Commission.Domain.Members;

/// <summary>Decides commands to a contact. Pure: no clock, no I/O.</summary>
public static class MemberMachine
{
    /// <summary>Characters of a name, an email or a phone at most.</summary>
    public const int MaxTextLength = 200;
    /// <summary>Keys of one contact at most, ended ones included.</summary>
    public const int MaxKeys = 64;
    /// <summary>Services of one contact at most.</summary>
    public const int MaxServices = 32;
    /// <summary>Remembered requests of one contact; older ones are forgotten.</summary>
    public const int MaxRequests = 128;

    /// <summary>How old a silo's copy of a contact may be when a decision rests on it.</summary>
    public static TimeSpan ProfileLifetime { get; } = TimeSpan.FromSeconds(5);

    /// <summary>Bytes of a salt at least: fewer could be guessed, and with it the person behind a commitment.</summary>
    public const int MinSaltBytes = 16;

    /// <summary>
    /// How long before its end the end of a key must be given: the time by which a signer's clock may be ahead, so that no
    /// accepted handshake is dated after the end, and the time for which another silo may know the key as it was.
    /// </summary>
    public static TimeSpan KeyEndNotice { get; } = Deals.DealMachine.ClockSkew + 2 * ProfileLifetime;

    /// <summary>Decides one command.</summary>
    /// <exception cref="InvalidOperationException">The salt is too short: callers make it, people do not send it.</exception>
    public static Decision<MemberEvent> Decide(MemberState state, MemberCommand command, DateTimeOffset now)
    {
        if (command is CreateContact create)
            return Create(state, create, now);
        if (!state.Exists)
            return new Refusal(RefusalCodes.UnknownContact, "No contact with this id.", "id");
        return command switch
        {
            RegisterKey register => Register(state, register, now),
            EndKey end => End(state, end, now),
            AuthoriseService authorise => Authorise(state, authorise),
            ChangeUpline change => Change(state, change, now),
            _ => throw new ArgumentOutOfRangeException(nameof(command)),
        };
    }

    /// <summary>Applies one event.</summary>
    public static MemberState Evolve(MemberState state, MemberEvent happened)
    {
        var next = happened switch
        {
            ContactCreated created => Created(created),
            KeyRegistered registered => state with { Keys = [.. state.Keys, registered.Key] },
            KeyEnded ended => state with
            {
                Keys = [.. state.Keys.Select(key => key.Id == ended.Key ? key with { ValidTo = ended.ValidTo } : key)],
            },
            UplineChanged changed => state with { Upline = changed.Upline },
            ServiceAuthorised authorised => state with { AuthorisedServices = [.. state.AuthorisedServices, authorised.Service] },
            _ => throw new ArgumentOutOfRangeException(nameof(happened)),
        };
        return next with { Requests = [.. next.Requests.TakeLast(MaxRequests - 1), happened.Request] };
    }

    private static MemberState Created(ContactCreated created) => new()
    {
        Id = created.Details.Id,
        Type = created.Details.Type,
        Name = created.Details.Name,
        Email = created.Details.Email,
        Phone = created.Details.Phone,
        Salt = created.Details.Salt,
        Upline = created.Details.Upline,
        AuthorisedServices = created.Details.AuthorisedServices,
        CreatedAt = created.At,
    };

    private static Decision<MemberEvent> Create(MemberState state, CreateContact command, DateTimeOffset now)
    {
        if (state.Exists)
            return new Refusal(RefusalCodes.AlreadyExists, "A contact with this id exists.", "id");
        if (command.Salt.Length < MinSaltBytes)
            throw new InvalidOperationException($"A salt needs {MinSaltBytes} bytes, not {command.Salt.Length}.");
        var refusal = TextRefusal("name", command.Name, required: true)
            ?? TextRefusal("email", command.Email, required: false)
            ?? TextRefusal("phone", command.Phone, required: false);
        if (refusal is null && command.Email is { } email && !email.Contains('@', StringComparison.Ordinal))
            refusal = new Refusal(RefusalCodes.InvalidField, "email must be an address such as name@example.org.", "email");
        if (refusal is null && command.Upline == command.Id)
            refusal = new Refusal(RefusalCodes.InvalidField, "A contact cannot be its own upline.", "upline");
        if (refusal is null && command.AuthorisedServices.Length > MaxServices)
            refusal = new Refusal(RefusalCodes.InvalidField, $"At most {MaxServices} services.", "authorisedServices");
        if (refusal is null && command.AuthorisedServices.Distinct().Count() < command.AuthorisedServices.Length)
            refusal = new Refusal(RefusalCodes.InvalidField, "authorisedServices must name each service once.", "authorisedServices");
        return refusal is null
            ? Decision<MemberEvent>.Accept(new ContactCreated(command, now, new AcceptedRequest(command.Fingerprint, null)))
            : refusal;
    }

    private static Refusal? TextRefusal(string field, string? value, bool required)
    {
        if (value is null)
            return required ? new Refusal(RefusalCodes.InvalidField, $"{field} is required.", field) : null;
        if (string.IsNullOrWhiteSpace(value) || value.Length > MaxTextLength)
            return new Refusal(RefusalCodes.InvalidField, $"{field} must have 1 to {MaxTextLength} characters.", field);
        return value.Any(char.IsControl)
            ? new Refusal(RefusalCodes.InvalidField, $"{field} must not hold control characters.", field)
            : null;
    }

    private static Decision<MemberEvent> Register(MemberState state, RegisterKey command, DateTimeOffset now)
    {
        if (!IsP256(command.SubjectPublicKeyInfo))
            return new Refusal(RefusalCodes.InvalidField,
                "publicKey must be a DER SubjectPublicKeyInfo of an EC P-256 key, base64url.", "publicKey");
        var from = command.ValidFrom ?? now;
        if (command.ValidTo <= from)
            return new Refusal(RefusalCodes.InvalidField, "validTo must be after validFrom.", "validTo");
        if (state.Keys.Length >= MaxKeys)
            return new Refusal(RefusalCodes.InvalidField, $"A contact has at most {MaxKeys} keys.", "publicKey");
        var key = new MemberKey(KeyId.Derive(state.Id, command.SubjectPublicKeyInfo), command.SubjectPublicKeyInfo, from, command.ValidTo);
        if (state.Keys.Any(known => known.Id == key.Id))
            return new Refusal(RefusalCodes.AlreadyExists, "This key is registered.", "publicKey", key.Id.ToString());
        return Decision<MemberEvent>.Accept(new KeyRegistered(key, new AcceptedRequest(command.Fingerprint, key.Id)));
    }

    private static Decision<MemberEvent> End(MemberState state, EndKey command, DateTimeOffset now)
    {
        var key = state.Keys.FirstOrDefault(known => known.Id == command.Key);
        if (key is null)
            return new Refusal(RefusalCodes.UnknownKey, "This contact has no such key.", "key");
        var earliest = now + KeyEndNotice;
        var to = command.ValidTo ?? earliest;
        if (to < earliest)
            return new Refusal(RefusalCodes.InvalidDate, $"validTo must not be before {earliest:O}: until then the key may still be accepted.", "validTo");
        if (key.ValidTo <= to)
            return new Refusal(RefusalCodes.WrongState, $"The key already ends at {key.ValidTo:O}.", "validTo");
        return Decision<MemberEvent>.Accept(new KeyEnded(key.Id, to, new AcceptedRequest(command.Fingerprint, key.Id)));
    }

    private static Decision<MemberEvent> Change(MemberState state, ChangeUpline command, DateTimeOffset now) => command.Upline == state.Id
        ? new Refusal(RefusalCodes.InvalidField, "A contact cannot be its own upline.", "upline")
        : Decision<MemberEvent>.Accept(new UplineChanged(command.Upline, command.Actor, now, new AcceptedRequest(command.Fingerprint, null)));

    private static Decision<MemberEvent> Authorise(MemberState state, AuthoriseService command)
    {
        if (state.AuthorisedServices.Contains(command.Service))
            return new Refusal(RefusalCodes.AlreadyExists, "This service is authorised.", "service");
        if (state.AuthorisedServices.Length >= MaxServices)
            return new Refusal(RefusalCodes.InvalidField, $"At most {MaxServices} services.", "service");
        return Decision<MemberEvent>.Accept(
            new ServiceAuthorised(command.Service, new AcceptedRequest(command.Fingerprint, null)));
    }

    /// <summary>
    /// The 26 bytes before the point: SEQUENCE, id-ecPublicKey, prime256v1, BIT STRING (RFC 5480 section 2). With the
    /// uncompressed point they are the one form that WebCrypto exports, so that one key has one id.
    /// </summary>
    private static ReadOnlySpan<byte> P256Header =>
    [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03,
        0x01, 0x07, 0x03, 0x42, 0x00,
    ];

    /// <summary>Whether the bytes have the form of an uncompressed EC P-256 public key; cheap, does not check the point.</summary>
    public static bool HasP256Form(ReadOnlySpan<byte> subjectPublicKeyInfo) =>
        subjectPublicKeyInfo.Length == P256Header.Length + 65 && subjectPublicKeyInfo.StartsWith(P256Header)
        && subjectPublicKeyInfo[P256Header.Length] == 0x04;

    /// <summary>Whether the bytes are exactly one EC P-256 public key, uncompressed.</summary>
    public static bool IsP256(ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        if (!HasP256Form(subjectPublicKeyInfo))
            return false;
        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(subjectPublicKeyInfo, out _);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}

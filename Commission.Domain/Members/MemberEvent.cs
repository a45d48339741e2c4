namespace Commission.Domain.Members;

/// <summary>Something that happened to one contact.</summary>
/// <param name="Request">The request that caused it.</param>
public abstract record MemberEvent(AcceptedRequest Request);

/// <summary>The contact was made.</summary>
public sealed record ContactCreated(CreateContact Details, DateTimeOffset At, AcceptedRequest Request) : MemberEvent(Request);

/// <summary>The contact's upline is another now, or none.</summary>
public sealed record UplineChanged(ContactId? Upline, ContactId? Actor, DateTimeOffset At, AcceptedRequest Request) : MemberEvent(Request);

/// <summary>A key was registered.</summary>
public sealed record KeyRegistered(MemberKey Key, AcceptedRequest Request) : MemberEvent(Request);

/// <summary>A key's validity was given an end.</summary>
public sealed record KeyEnded(KeyId Key, DateTimeOffset ValidTo, AcceptedRequest Request) : MemberEvent(Request);

/// <summary>A service may now act for the contact.</summary>
public sealed record ServiceAuthorised(ContactId Service, AcceptedRequest Request) : MemberEvent(Request);

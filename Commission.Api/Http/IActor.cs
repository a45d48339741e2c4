using Commission.Domain;

namespace Commission.Api.Http;

/// <summary>
/// Who acts. The one seam that real identity replaces: until it is here, the caller says who it is, and the API listens on
/// loopback only.
/// </summary>
internal interface IActor
{
    /// <summary>The acting contact, or null when the request names none.</summary>
    ContactId? Current { get; }

    /// <summary>The acting contact.</summary>
    /// <exception cref="ProblemException">The request names none.</exception>
    ContactId Required { get; }
}

/// <summary>Takes the actor from the <c>X-Acting-Contact</c> header.</summary>
internal sealed class HeaderActor(IHttpContextAccessor accessor) : IActor
{
    public const string Header = "X-Acting-Contact";

    public ContactId? Current
    {
        get
        {
            var text = accessor.HttpContext?.Request.Headers[Header].ToString();
            if (string.IsNullOrEmpty(text))
                return null;
            return TypedId.TryParse<ContactId>(text, out var id)
                ? id
                : throw ProblemException.Field(Header, $"{Header} must be an id contact_…, not '{text}'.");
        }
    }

    public ContactId Required => Current ?? throw ProblemException.Field(Header, $"{Header} must name the acting contact.");
}

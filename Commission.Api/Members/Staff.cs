using Commission.Api.Http;
using Commission.Domain;
using Commission.Domain.Members;
using Commission.Grains.Interfaces.Members;

namespace Commission.Api.Members;

/// <summary>Who may do what only staff may: INTERNAL contacts, until there are roles.</summary>
internal static class Staff
{
    /// <exception cref="ProblemException">The actor is no INTERNAL contact.</exception>
    public static async Task RequireAsync(IGrainFactory grains, IActor actor)
    {
        if (await grains.GetGrain<IMemberGrain>(actor.Required.ToString()).GetProfile() is not { Facts.Type: ContactType.Internal })
            throw new ProblemException(new Refusal(RefusalCodes.WrongActor, "Only an INTERNAL contact may do this.", HeaderActor.Header));
    }
}

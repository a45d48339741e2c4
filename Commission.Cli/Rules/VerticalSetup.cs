using System.Net;
using Commission.Cli.Deals.Mappings;
using Commission.Cli.Http;
using Commission.Cli.Members;
using Commission.Domain;

namespace Commission.Cli.Rules;

/// <summary>Makes sure that the verticals and rule sets of a mapping exist.</summary>
internal sealed class VerticalSetup(ApiClient api, ImportService service)
{
    /// <exception cref="MappingException">The server refuses a vertical or a rule set: the mapping has to change.</exception>
    public async Task EnsureAsync(IReadOnlyList<SetupVertical> verticals, CancellationToken cancellation)
    {
        foreach (var vertical in verticals)
        {
            if (await api.FindAsync($"api/v1/verticals/{vertical.Code}", cancellation) is null)
                await PostAsync(vertical.Path, "api/v1/verticals", vertical.Body, "vertical", cancellation);
            foreach (var ruleSet in vertical.RuleSets)
                await PostAsync(ruleSet.Path, $"api/v1/verticals/{vertical.Code}/rule-sets", ruleSet.Document, "ruleset", cancellation);
        }
    }

    private async Task PostAsync(string path, string resource, byte[] body, string kind, CancellationToken cancellation)
    {
        try
        {
            var key = $"import:{service.Source}:{kind}:{ImportService.Digest(body)}";
            await api.SendAsync(ApiRequest.Post(resource, body, key, service.ContactId), cancellation);
        }
        catch (ApiProblemException problem) when (problem.Code == RefusalCodes.AlreadyExists)
        {
            // Another source brought the very same: that is what was wanted.
        }
        catch (ApiProblemException problem) when (problem.Status < HttpStatusCode.InternalServerError)
        {
            throw new MappingException(path, $"the server refuses it: {problem.Message}");
        }
    }
}

using System.Net;
using System.Text;
using System.Text.Json;
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
        if (verticals.Count == 0)
            return;
        var keys = $"import:{service.Source}";
        var steps = new RuleSetSteps(api, keys, service.ContactId);
        var approver = await RuleSetSteps.ApproverAsync(api, $"{keys}:approver", cancellation);
        foreach (var vertical in verticals)
        {
            if (await api.FindAsync($"api/v1/verticals/{vertical.Code}", cancellation) is { } known)
                await AddProductsAsync(vertical, known.Json(), cancellation);
            else
                await PostAsync(vertical.Path, "api/v1/verticals", vertical.Body, "vertical", cancellation);
            foreach (var ruleSet in vertical.RuleSets)
                await TryAsync(ruleSet.Path, () => steps.EnsureApprovedAsync(vertical.Code, ruleSet.Document, approver, cancellation));
        }
    }

    /// <summary>A vertical that is there already may lack products that the mapping brings.</summary>
    private async Task AddProductsAsync(SetupVertical vertical, JsonElement known, CancellationToken cancellation)
    {
        if (!known.TryGetProperty("products", out var there))
            return;
        var codes = there.EnumerateArray().Select(product => product.GetProperty("code").GetString()).ToHashSet();
        using var body = JsonDocument.Parse(vertical.Body);
        if (!body.RootElement.TryGetProperty("products", out var products))
            return;
        foreach (var product in products.EnumerateArray().Where(product => !codes.Contains(product.GetProperty("code").GetString())))
        {
            await PostAsync(vertical.Path, $"api/v1/verticals/{vertical.Code}/products", Encoding.UTF8.GetBytes(product.GetRawText()),
                $"product:{vertical.Code}", cancellation);
        }
    }

    private Task PostAsync(string path, string resource, byte[] body, string kind, CancellationToken cancellation) => TryAsync(path, () =>
        api.SendAsync(ApiRequest.Post(resource, body, $"import:{service.Source}:{kind}:{ImportService.Digest(body)}", service.ContactId), cancellation));

    private static async Task TryAsync(string path, Func<Task> step)
    {
        try
        {
            await step();
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

using Commission.Api.Http;
using Commission.Domain.Rules;
using Commission.Domain.Rules.Wording;

namespace Commission.Api.Rules;

/// <summary>The rule language itself: its schema, and the judgement of a document that nobody has drafted yet.</summary>
internal static class RuleLanguageEndpoints
{
    private const string SchemaResource = "rule-set.schema.json";
    private static readonly byte[] Schema = ReadSchema();

    public static void MapRuleLanguage(this IEndpointRouteBuilder routes)
    {
        var rules = routes.MapGroup("/rules").WithTags("Rules");
        rules.MapGet("/schema", () => TypedResults.Bytes(Schema, "application/schema+json")).WithName("getRuleSetSchema")
            .Produces<System.Text.Json.JsonElement>(200, "application/schema+json");
        rules.MapPost("/validate", ValidateAsync).WithName("validateRuleSet").Accepts<System.Text.Json.JsonElement>("application/json").Produces<ValidationView>()
            .WithMetadata(new ChangesNothing())
            .WithSummary("Lists a document's mistakes, each with its path; or gives its hash and its plain English. Changes nothing.");
        rules.MapPost("/explain", ExplainEndpoint.ExplainAsync).WithName("explainRuleSet").Accepts<ExplainBody>("application/json")
            .Produces<ExplainedView>().Produces<string>(200, "text/plain").WithMetadata(new ChangesNothing())
            .WithSummary("Calculates facts by a rule set document and explains each cent, as JSON or, with format=text or Accept: text/plain, in words. Changes nothing.");
    }

    private static async Task<IResult> ValidateAsync(HttpContext http, IGrainFactory grains)
    {
        CommandRequest.RequireJson(http);
        var (document, mistakes) = RuleSetValidation.Read(await CommandRequest.ReadBodyAsync(http, CommandRequest.MaxBodyBytes));
        if (document is not null && await VerticalEndpoints.Grain(grains, document.Vertical).Get() is { } vertical)
            mistakes = RuleSetLifecycle.Obstacles(vertical, document);
        return TypedResults.Ok(mistakes.Count == 0
            ? new ValidationView(true, [], document!.Hash.ToString(), PlainEnglish.Of(document))
            : new ValidationView(false, [.. mistakes.Select(MistakeView.Of)], null, null));
    }

    private static byte[] ReadSchema()
    {
        using var stream = typeof(RuleLanguageEndpoints).Assembly.GetManifestResourceStream(SchemaResource)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}

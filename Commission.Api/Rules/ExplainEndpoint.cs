using System.Text;
using System.Text.Json;
using Commission.Api.Deals;
using Commission.Api.Http;
using Commission.Domain.Rules;
using Commission.Domain.Rules.Wording;

namespace Commission.Api.Rules;

/// <summary>What rules give for facts, and why: a calculation that leaves nothing behind.</summary>
internal static class ExplainEndpoint
{
    public static async Task<IResult> ExplainAsync(HttpContext http, string? format)
    {
        CommandRequest.RequireJson(http);
        var inWords = IsInWords(http.Request, format);
        var body = new BodyReader(CommandRequest.ReadObject(await CommandRequest.ReadBodyAsync(http, CommandRequest.MaxBodyBytes)));
        body.Allow("rules", "facts");
        var (calculation, refusal) = RuleTrial.Run(Bytes(body.Object("rules")), Bytes(body.Object("facts")));
        if (calculation is null)
            throw new ProblemException(refusal!);
        return inWords
            ? TypedResults.Text(ExplanationText.Of(calculation.Explanation), "text/plain", Encoding.UTF8)
            : TypedResults.Ok(ExplainedView.Of(calculation));
    }

    /// <summary>What the query says; without, whichever of the two the caller likes better.</summary>
    private static bool IsInWords(HttpRequest request, string? format) => format switch
    {
        "text" => true,
        "json" => false,
        null => request.GetTypedHeaders().Accept.OrderByDescending(accepted => accepted.Quality ?? 1)
            .FirstOrDefault(accepted => accepted.MatchesMediaType("text/plain") || accepted.MatchesMediaType("application/json")) is { } liked
            && !liked.MatchesMediaType("application/json"),
        _ => throw ProblemException.Field("format", "format must be json or text."),
    };

    private static byte[] Bytes(JsonElement json) => Encoding.UTF8.GetBytes(json.GetRawText());
}

/// <summary>A rule set document and facts, both as docs/formats/rule-set.md has them.</summary>
internal sealed record ExplainBody(JsonElement Rules, JsonElement Facts);

/// <summary>A calculation with all that explains it.</summary>
/// <param name="Kind">settlement, milestone, revenue, trail, volume or clawback.</param>
/// <param name="Currency">Of every amount.</param>
/// <param name="TotalMinor">What the accruals add up to.</param>
/// <param name="Accruals">What is owed, in declared order; negative for what is taken back.</param>
/// <param name="RuleHash">Of the document.</param>
/// <param name="FactsHash">Of the facts' canonical bytes.</param>
/// <param name="ExplanationHash">As an accrual's entry would carry it.</param>
/// <param name="Explanation">Each step.</param>
/// <param name="Text">The same in words.</param>
internal sealed record ExplainedView(
    string Kind, string Currency, long TotalMinor, IReadOnlyList<AccrualView> Accruals, string RuleHash, string FactsHash, string ExplanationHash,
    JsonElement Explanation, string Text)
{
    public static ExplainedView Of(Calculation calculation)
    {
        var explanation = JsonElement.Parse(calculation.Explanation);
        return new ExplainedView(
            explanation.GetProperty("kind").GetString()!, explanation.GetProperty("currency").GetString()!,
            calculation.Accruals.Sum(accrual => accrual.AmountMinor), [.. calculation.Accruals.Select(AccrualView.Of)],
            calculation.RuleHash.ToString(), calculation.FactsHash.ToString(), calculation.ExplanationHash.ToString(),
            explanation, ExplanationText.Of(calculation.Explanation));
    }
}

using System.Globalization;
using System.Text.Json;
using Commission.Api.Http;
using Commission.Domain;
using Commission.Domain.Members;
using Commission.Domain.Rules;
using Commission.Grains.Interfaces;
using Commission.Grains.Interfaces.Members;
using Commission.Grains.Interfaces.Rules;
using Commission.Storage.Rules;

namespace Commission.Api.Rules;

/// <summary>Verticals, products and rule set versions.</summary>
internal static class VerticalEndpoints
{
    public static void MapVerticals(this IEndpointRouteBuilder routes)
    {
        var verticals = routes.MapGroup("/verticals").WithTags("Rules");
        verticals.MapPost("", CreateAsync).WithName("createVertical").Accepts<VerticalBody>("application/json").Produces<VerticalView>(201);
        verticals.MapGet("", ListAsync).WithName("listVerticals").Produces<Page<VerticalView>>();
        verticals.MapGet("/{code}", GetAsync).WithName("getVertical").Produces<VerticalView>();
        verticals.MapGet("/{code}/products", ListProductsAsync).WithName("listProducts").Produces<IReadOnlyList<ProductView>>();
        verticals.MapPost("/{code}/products", AddProductAsync).WithName("addProduct").Accepts<ProductView>("application/json").Produces<ProductView>(201);
        verticals.MapPost("/{code}/rule-sets", AddVersionAsync).WithName("addRuleSetVersion").Accepts<JsonElement>("application/json").Produces<RuleSetVersionView>(201);
        verticals.MapGet("/{code}/rule-sets", ListVersionsAsync).WithName("listRuleSetVersions").Produces<IReadOnlyList<RuleSetVersionView>>();
        verticals.MapGet("/{code}/rule-sets/{version}", GetVersionAsync).WithName("getRuleSetVersion").Produces<RuleSetDocumentView>();
    }

    private static async Task<IResult> CreateAsync(HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains)
    {
        var request = await CommandRequest.ReadAsync(http, actor.Required);
        using var hold = inFlight.Enter(request.Fingerprint);
        await RequireInternalAsync(grains, actor);
        var body = new BodyReader(request.Body);
        body.Allow("code", "name", "products");
        var code = body.Text("code");
        if (!VerticalCode.IsValid(code))
            throw ProblemException.Field("code", $"code must be {VerticalCode.Expected}.");
        var products = Products(body);
        var result = await Grain(grains, code).Execute(new CreateVertical(code, body.Text("name"), products, request.Caller, request.Fingerprint));
        var view = result.State is null ? null : VerticalView.Of(result.State) with { Products = [.. products.Select(ProductView.Of)] };
        return Answers.Command(http, view, result.Refusal, result.Replayed, $"/api/v1/verticals/{code}");
    }

    private static Product[] Products(BodyReader body)
    {
        if (body.Find("products") is not { } products)
            return [];
        if (products.ValueKind != JsonValueKind.Array)
            throw ProblemException.Field("products", "products must be an array of { code, name }.");
        return [.. products.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Object
            ? Product(new BodyReader(item))
            : throw ProblemException.Field("products", "products must be an array of { code, name }."))];
    }

    private static Product Product(BodyReader body)
    {
        body.Allow("code", "name");
        return new Product(body.Text("code"), body.Text("name"));
    }

    private static async Task<IResult> ListAsync(VerticalQueries verticals, IGrainFactory grains, CancellationToken cancellationToken)
    {
        var states = await Task.WhenAll((await verticals.ListAsync(cancellationToken)).Select(code => Grain(grains, code).Get()));
        return TypedResults.Ok(new Page<VerticalView>([.. states.OfType<RuleSetState>().Select(VerticalView.Of)], null));
    }

    private static async Task<IResult> GetAsync(string code, IGrainFactory grains) => TypedResults.Ok(VerticalView.Of(await FindAsync(code, grains)));

    private static async Task<IResult> ListProductsAsync(string code, IGrainFactory grains) =>
        TypedResults.Ok((await FindAsync(code, grains)).Products.Select(ProductView.Of).ToArray());

    private static async Task<IResult> AddProductAsync(string code, HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains)
    {
        var request = await CommandRequest.ReadAsync(http, actor.Required);
        using var hold = inFlight.Enter(request.Fingerprint);
        await RequireInternalAsync(grains, actor);
        await FindAsync(code, grains);
        var product = Product(new BodyReader(request.Body));
        var result = await Grain(grains, code).Execute(new AddProduct(product, request.Caller, request.Fingerprint));
        return Answers.Command(http, ProductView.Of(product), result.Refusal, result.Replayed, $"/api/v1/verticals/{code}/products");
    }

    private static async Task<IResult> AddVersionAsync(string code, HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains)
    {
        var request = await CommandRequest.ReadAsync(http, actor.Required);
        using var hold = inFlight.Enter(request.Fingerprint);
        await RequireInternalAsync(grains, actor);
        await FindAsync(code, grains);
        var document = System.Text.Encoding.UTF8.GetBytes(request.Body.GetRawText());
        var result = await Grain(grains, code).Execute(new AddRuleSetVersion(document, request.Caller, request.Fingerprint));
        if (result.State is null)
            return Answers.Command<RuleSetVersionView>(http, null, result.Refusal, result.Replayed);
        var hash = RuleSetReader.Read(document).Document!.Hash.ToString();
        var version = result.State.Versions.Last(version => version.Hash == hash);
        return Answers.Command(http, RuleSetVersionView.Of(version), null, result.Replayed, $"/api/v1/verticals/{code}/rule-sets/{version.Id}");
    }

    private static async Task<IResult> ListVersionsAsync(string code, string? activeOn, IGrainFactory grains)
    {
        var state = await FindAsync(code, grains);
        if (activeOn is null)
            return TypedResults.Ok(state.Versions.Select(RuleSetVersionView.Of).ToArray());
        if (!DateOnly.TryParseExact(activeOn, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            throw ProblemException.Field("activeOn", "activeOn must be a date yyyy-MM-dd.");
        return TypedResults.Ok(state.ActiveOn(date) is { } active ? [RuleSetVersionView.Of(active)] : Array.Empty<RuleSetVersionView>());
    }

    /// <summary>A version by its id or its number.</summary>
    private static async Task<IResult> GetVersionAsync(string code, string version, IGrainFactory grains)
    {
        var state = await FindAsync(code, grains);
        var found = state.Versions.FirstOrDefault(known => known.Id == version || known.Number.ToString(CultureInfo.InvariantCulture) == version)
            ?? throw Answers.NotFound($"{code} has no rule set version {version}.");
        using var document = JsonDocument.Parse(found.Document);
        return TypedResults.Ok(new RuleSetDocumentView(RuleSetVersionView.Of(found), document.RootElement.Clone()));
    }

    private static async Task<RuleSetState> FindAsync(string code, IGrainFactory grains) =>
        (VerticalCode.IsValid(code) ? await Grain(grains, code).Get() : null) ?? throw Answers.NotFound($"There is no vertical '{code}'.");

    private static IRuleSetGrain Grain(IGrainFactory grains, string code) => grains.GetGrain<IRuleSetGrain>(GrainKeys.OfVertical(code));

    private static async Task RequireInternalAsync(IGrainFactory grains, IActor actor)
    {
        if (await grains.GetGrain<IMemberGrain>(actor.Required.ToString()).GetProfile() is not { Facts.Type: ContactType.Internal })
            throw new ProblemException(new Refusal(RefusalCodes.WrongActor, "Only an INTERNAL contact may change verticals and rule sets.", HeaderActor.Header));
    }
}

internal sealed record VerticalBody(string Code, string Name, ProductView[]? Products);

internal sealed record ProductView(string Code, string Name)
{
    public static ProductView Of(Product product) => new(product.Code, product.Name);
}

internal sealed record VerticalView(string Code, string Name, ProductView[] Products)
{
    public static VerticalView Of(RuleSetState state) => new(state.Code, state.Name, [.. state.Products.Select(ProductView.Of)]);
}

internal sealed record RuleSetVersionView(string Id, int Number, DateOnly EffectiveFrom, string Hash, string? Author, DateTimeOffset CreatedAt)
{
    public static RuleSetVersionView Of(RuleSetVersion version) =>
        new(version.Id, version.Number, version.EffectiveFrom, version.Hash, version.Author, version.CreatedAt);
}

internal sealed record RuleSetDocumentView(RuleSetVersionView Version, JsonElement Document);

using System.Text.Json;
using Commission.Api.Http;
using Commission.Api.Members;
using Commission.Domain.Rules;
using Commission.Grains.Interfaces;
using Commission.Grains.Interfaces.Rules;
using Commission.Storage.Rules;

namespace Commission.Api.Rules;

/// <summary>Verticals with their products and gates.</summary>
internal static class VerticalEndpoints
{
    public static void MapVerticals(this IEndpointRouteBuilder routes)
    {
        var verticals = routes.MapGroup("/verticals").WithTags("Rules");
        verticals.MapPost("", CreateAsync).WithName("createVertical").Accepts<VerticalBody>("application/json").Produces<VerticalView>(201)
            .WithSummary("Makes a vertical, with its products and the gates that its rules and deals must keep.");
        verticals.MapGet("", ListAsync).WithName("listVerticals").Produces<Page<VerticalView>>();
        verticals.MapGet("/{code}", GetAsync).WithName("getVertical").Produces<VerticalView>();
        verticals.MapGet("/{code}/products", ListProductsAsync).WithName("listProducts").Produces<IReadOnlyList<ProductView>>();
        verticals.MapPost("/{code}/products", AddProductAsync).WithName("addProduct").Accepts<ProductView>("application/json").Produces<ProductView>(201);
    }

    private static async Task<IResult> CreateAsync(HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains)
    {
        var request = await CommandRequest.ReadAsync(http, actor.Required);
        using var hold = inFlight.Enter(request.Fingerprint);
        await Staff.RequireAsync(grains, actor);
        var body = new BodyReader(request.Body);
        body.Allow("code", "name", "products", "gates");
        var code = body.Text("code");
        if (!VerticalCode.IsValid(code))
            throw ProblemException.Field("code", $"code must be {VerticalCode.Expected}.");
        var products = Products(body);
        var result = await Grain(grains, code).Execute(new CreateVertical(code, body.Text("name"), products, request.Caller, request.Fingerprint)
        {
            Gates = body.Find("gates")?.GetRawText() ?? "[]",
        });
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
        await Staff.RequireAsync(grains, actor);
        await FindAsync(code, grains);
        var product = Product(new BodyReader(request.Body));
        var result = await Grain(grains, code).Execute(new AddProduct(product, request.Caller, request.Fingerprint));
        return Answers.Command(http, ProductView.Of(product), result.Refusal, result.Replayed, $"/api/v1/verticals/{code}/products");
    }

    internal static async Task<RuleSetState> FindAsync(string code, IGrainFactory grains) =>
        (VerticalCode.IsValid(code) ? await Grain(grains, code).Get() : null) ?? throw Answers.NotFound($"There is no vertical '{code}'.");

    internal static IRuleSetGrain Grain(IGrainFactory grains, string code) => grains.GetGrain<IRuleSetGrain>(GrainKeys.OfVertical(code));
}

internal sealed record VerticalBody(string Code, string Name, ProductView[]? Products, JsonElement[]? Gates);

internal sealed record ProductView(string Code, string Name)
{
    public static ProductView Of(Product product) => new(product.Code, product.Name);
}

/// <summary>A vertical.</summary>
/// <param name="Code">Its code.</param>
/// <param name="Name">Its name.</param>
/// <param name="Products">What can be referred.</param>
/// <param name="Gates">What its rules and deals must keep.</param>
internal sealed record VerticalView(string Code, string Name, ProductView[] Products, GateView[] Gates)
{
    public static VerticalView Of(RuleSetState state) =>
        new(state.Code, state.Name, [.. state.Products.Select(ProductView.Of)], GateView.Of(state));
}

/// <summary>A gate.</summary>
/// <param name="Gate">What it is, as in the vertical's file.</param>
/// <param name="Text">In plain English.</param>
internal sealed record GateView(JsonElement Gate, string Text)
{
    public static GateView[] Of(RuleSetState state) =>
        [.. JsonElement.Parse(state.Gates).EnumerateArray().Zip(RuleSetMachine.GatesOf(state), (json, gate) => new GateView(json, gate.InWords()))];
}

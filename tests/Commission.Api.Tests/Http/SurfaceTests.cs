using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Commission.Api.Tests.Http;

public sealed class SurfaceTests(Engine engine) : IClassFixture<Engine>
{
    private static readonly HttpClient Http = new();

    [Fact]
    public async Task It_is_live_and_becomes_ready()
    {
        Assert.Equal("live", (await engine.GetAsync("/health/live")).Is(200)["status"].GetString());
        await Testing.Eventually.BecomesTrueAsync(async () => (await engine.GetAsync("/health/ready")).Status == 200, "the engine is ready");
    }

    [Fact]
    public async Task The_openapi_document_names_every_route()
    {
        var document = (await engine.GetAsync("/openapi/v1.json")).Is(200);

        Assert.StartsWith("3.1", document["openapi"].GetString(), StringComparison.Ordinal);
        var described = document["paths"].EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(verb => $"{verb.Name.ToUpperInvariant()} {path.Name}")).ToHashSet();
        var served = engine.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(route => route.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal))
            .SelectMany(route => route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
                .Select(verb => $"{verb} {route.RoutePattern.RawText!.TrimEnd('/')}"));
        Assert.Empty(served.Except(described));
        Assert.True(described.Count >= 30, $"{described.Count} operations");
    }

    [Fact]
    public async Task The_openapi_document_asks_for_a_key_wherever_one_is_needed()
    {
        var document = (await engine.GetAsync("/openapi/v1.json")).Is(200);

        var posts = document["paths"].EnumerateObject()
            .Where(path => path.Value.TryGetProperty("post", out _) && path.Name is not ("/api/v1/rules/validate" or "/api/v1/rules/explain")
                && !path.Name.EndsWith("webhooks", StringComparison.Ordinal)).ToArray();
        Assert.Contains(posts, path => path.Name == "/api/v1/referrals/bulk");
        Assert.All(posts, path => Assert.Contains(path.Value.GetProperty("post").GetProperty("parameters").EnumerateArray(), parameter =>
            parameter.GetProperty("name").GetString() == "Idempotency-Key" && parameter.GetProperty("required").GetBoolean()));
    }

    [Fact]
    public async Task Every_parameter_that_cannot_be_read_is_named()
    {
        var asked = 0;
        foreach (var route in engine.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            if (!route.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal))
                continue;
            if (!route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Contains("GET"))
                continue;
            foreach (var parameter in route.Metadata.GetOrderedMetadata<IParameterBindingMetadata>())
            {
                var type = Nullable.GetUnderlyingType(parameter.ParameterInfo.ParameterType) ?? parameter.ParameterInfo.ParameterType;
                if (type == typeof(string) || !parameter.HasTryParse)
                    continue;
                var path = string.Join('/', route.RoutePattern.PathSegments.Select(segment => segment.Parts[0] switch
                {
                    RoutePatternParameterPart part when part.Name == parameter.Name => "unreadable",
                    RoutePatternParameterPart => "1",
                    RoutePatternLiteralPart literal => literal.Content,
                    _ => throw new InvalidOperationException(route.RoutePattern.RawText),
                }));
                var answer = await engine.GetAsync(path.Contains("unreadable", StringComparison.Ordinal) ? path : $"{path}?{parameter.Name}=unreadable");
                answer.IsRefused(400, "INVALID_FIELD", parameter.Name);
                asked++;
            }
        }
        Assert.True(asked > 20, $"{asked} parameters");
    }

    [Fact]
    public async Task The_reference_can_be_browsed()
    {
        var page = (await engine.GetAsync("/docs")).Is(200);

        Assert.Equal("text/html", page.ContentType);
        Assert.Contains("Commission engine", page.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/api/v1/nothing", 404, "NOT_FOUND")]
    [InlineData("GET", "/nothing", 404, "NOT_FOUND")]
    [InlineData("DELETE", "/api/v1/contacts", 405, "METHOD_NOT_ALLOWED")]
    [InlineData("PUT", "/api/v1/referrals", 405, "METHOD_NOT_ALLOWED")]
    public async Task What_is_not_there_is_a_problem_too(string method, string path, int status, string code)
    {
        foreach (var accepted in new[] { "*/*", "application/json", "text/html" })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), engine.Address + path);
            request.Headers.Accept.ParseAdd(accepted);
            using var response = await Http.SendAsync(request);
            (await Answer.OfAsync(response)).IsRefused(status, code);
        }
    }

    [Theory]
    [InlineData("http://127.0.0.1:5080")]
    [InlineData("http://localhost:0;http://[::1]:80")]
    [InlineData("http://127.8.9.1:1")]
    public void Loopback_addresses_are_served(string urls) => LoopbackOnly.Check(urls);

    [Theory]
    [InlineData("http://0.0.0.0:5080")]
    [InlineData("http://*:5080")]
    [InlineData("http://+:5080")]
    [InlineData("http://[::]:5080")]
    [InlineData("http://192.168.1.1:5080")]
    [InlineData("http://localhost.example.org")]
    [InlineData("http://127.0.0.1:1;http://example.org")]
    [InlineData("unix:/tmp/socket")]
    public void Addresses_that_others_reach_are_refused(string urls) =>
        Assert.Contains(urls.Split(';')[^1], Assert.Throws<LoopbackOnlyException>(() => LoopbackOnly.Check(urls)).Message, StringComparison.Ordinal);

    [Fact]
    public void Endpoints_of_kestrel_cannot_open_what_urls_may_not()
    {
        var builder = WebApplication.CreateSlimBuilder(["--Kestrel:Endpoints:Open:Url", "http://0.0.0.0:0"]);

        Assert.Throws<LoopbackOnlyException>(() => ApiHost.Build(builder, new ApiSettings(), engine.Database.OwnerConnectionString, alone: true));
    }
}

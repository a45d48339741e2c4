using System.Net;
using System.Text.Json.Nodes;
using Commission.Cli.Http;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Commission.Cli.Tests.Http;

public sealed class ApiClientTests
{
    private static readonly ApiRequest Post = ApiRequest.Post("api/v1/things", new JsonObject { ["a"] = 1 }, "key-1", "contact_1");

    private readonly List<TimeSpan> _waits = [];
    private readonly List<string> _attempts = [];

    [Theory]
    [InlineData(503)]
    [InlineData(429)]
    [InlineData(409)]
    public async Task Busy_server_is_asked_again_after_the_time_it_names_with_the_same_key_and_body(int status)
    {
        var response = await SendAsync(async (context, attempt) =>
        {
            if (attempt < 3)
                context.Response.Headers.RetryAfter = "7";
            await FakeServer.AnswerAsync(context, attempt < 3 ? status : 201, "{\"id\":\"thing_1\"}");
        });

        Assert.Equal("thing_1", response.Id());
        Assert.Equal([TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(7)], _waits);
        Assert.Equal(Enumerable.Repeat("POST /api/v1/things key-1 contact_1 Bearer secret {\"a\":1}", 3), _attempts);
    }

    [Fact]
    public async Task Connection_cut_before_or_within_the_answer_is_tried_again_with_growing_pauses()
    {
        var response = await SendAsync(async (context, attempt) =>
        {
            if (attempt == 2)
            {
                context.Response.ContentLength = 1000;
                await context.Response.WriteAsync("{\"id\":");
                await context.Response.Body.FlushAsync();
            }

            if (attempt < 4)
                context.Abort();
            else
                await FakeServer.AnswerAsync(context, 200, "{\"id\":\"thing_1\"}");
        });

        Assert.Equal("thing_1", response.Id());
        Assert.Equal([200, 400, 800], _waits.Select(wait => wait.TotalMilliseconds));
        Assert.Single(_attempts.Distinct());
    }

    [Fact]
    public async Task Problem_document_becomes_an_exception_and_is_not_tried_again()
    {
        var problem = await Assert.ThrowsAsync<ApiProblemException>(() => SendAsync((context, _) => FakeServer.AnswerAsync(
            context, 422, """{"code":"RATE_CARD_MISSING","title":"No rate card","detail":"none on 2016-01-01","field":"vertical"}""", "application/problem+json")));

        Assert.Equal(
            (HttpStatusCode.UnprocessableEntity, "RATE_CARD_MISSING", "none on 2016-01-01", "vertical"),
            (problem.Status, problem.Code, problem.Detail, problem.Field));
        Assert.Single(_attempts);
    }

    [Theory]
    [InlineData(409, "{\"code\":\"WRONG_STATE\",\"title\":\"settled already\"}", "WRONG_STATE", "settled already")]
    [InlineData(500, "<html>oops</html>", "HTTP_500", "<html>oops</html>")]
    [InlineData(404, "", "HTTP_404", "the server gave no detail")]
    [InlineData(400, "[]", "HTTP_400", "the server gave no detail")]
    public async Task Any_other_refusal_still_has_a_code(int status, string body, string code, string detail)
    {
        var problem = await Assert.ThrowsAsync<ApiProblemException>(() => SendAsync((context, _) => FakeServer.AnswerAsync(context, status, body)));

        Assert.Equal((code, detail), (problem.Code, problem.Detail));
    }

    [Fact]
    public async Task Patience_has_an_end()
    {
        await Assert.ThrowsAsync<ApiUnreachableException>(() => SendAsync((context, _) => FakeServer.AnswerAsync(context, 503, "")));

        Assert.InRange(_waits.Sum(wait => wait.TotalSeconds), 30, 60);
    }

    [Fact]
    public async Task Nobody_listening_is_told_soon()
    {
        Uri gone;
        await using (var server = await FakeServer.StartAsync(_ => Task.CompletedTask))
            gone = server.Url;
        using var api = new ApiClient(gone, null, Policy());

        await Assert.ThrowsAsync<ApiUnreachableException>(() => api.ProbeAsync(TestContext.Current.CancellationToken));

        Assert.True(_waits.Sum(wait => wait.TotalSeconds) <= 2);
    }

    [Fact]
    public async Task Replay_is_seen_and_what_is_not_found_is_null()
    {
        await using var server = await FakeServer.StartAsync(context =>
        {
            context.Response.Headers["Idempotent-Replayed"] = "true";
            return FakeServer.AnswerAsync(context, context.Request.Path == "/sub/api/there" ? 200 : 404, "{}");
        });
        using var api = new ApiClient(new Uri(server.Url, "sub"), null, Policy());

        Assert.True((await api.FindAsync("api/there", TestContext.Current.CancellationToken))!.IsReplayed);
        Assert.Null(await api.FindAsync("api/elsewhere", TestContext.Current.CancellationToken));
    }

    private RetryPolicy Policy() => new(TimeSpan.FromSeconds(60), (wait, _) =>
    {
        _waits.Add(wait);
        return Task.CompletedTask;
    });

    private async Task<ApiResponse> SendAsync(Func<HttpContext, int, Task> answer)
    {
        await using var server = await FakeServer.StartAsync(async context =>
        {
            using var body = new StreamReader(context.Request.Body);
            var headers = context.Request.Headers;
            _attempts.Add($"{context.Request.Method} {context.Request.Path} {headers["Idempotency-Key"]} {headers["X-Acting-Contact"]} "
                + $"{headers.Authorization} {await body.ReadToEndAsync()}");
            await answer(context, _attempts.Count);
        });
        using var api = new ApiClient(server.Url, "secret", Policy());
        return await api.SendAsync(Post, TestContext.Current.CancellationToken);
    }
}

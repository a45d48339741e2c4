using System.CommandLine;
using System.Text.Json.Nodes;
using Commission.Cli.Tests.Http;
using Commission.Domain;
using Commission.Domain.Ledger;
using Commission.Domain.Ledger.Log;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Commission.Cli.Tests.Ledger;

/// <summary><c>commission ledger verify</c> against a server that may have changed what it keeps.</summary>
public sealed class VerifyCommandTests
{
    private static ActDraft Act(AdministrativeAct act, int number, AdministrativeAct? says = null) => new(
        act, TypeId.Derive("test", $"{number}"),
        (says ?? act).Payload(null, new DateTimeOffset(2026, 3, number, 0, 0, 0, TimeSpan.Zero)).Add("vertical", "ENERGY").ToBytes());

    /// <summary>Three books; ledger and handshakes are empty.</summary>
    private sealed class Books(BookAppend administration)
    {
        public byte[][] Leaves { get; } = [.. administration.Leaves.Select(leaf => (byte[])leaf.Bytes.Clone())];

        public Task HandleAsync(HttpContext context)
        {
            var (path, query) = (context.Request.Path.Value!, context.Request.Query);
            var isOurs = path.Contains("/administration/", StringComparison.Ordinal);
            if (path.EndsWith("/head", StringComparison.Ordinal))
            {
                var head = isOurs ? administration.Head : default;
                return FakeServer.AnswerAsync(context, 200, $$"""{"size":{{head.Size}},"lastLeaf":"{{head.LastLeaf}}"}""");
            }
            var items = new JsonArray();
            for (var i = isOurs ? int.Parse(query["from"]!) : Leaves.Length; i < Leaves.Length; i++)
                items.Add(new JsonObject { ["bytes"] = Base64Url.Encode(Leaves[i]) });
            return FakeServer.AnswerAsync(context, 200, new JsonObject { ["items"] = items, ["next"] = null }.ToJsonString());
        }
    }

    private static Books With(params ActDraft[] acts) => new(BookMachine.Append(
        Domain.Ledger.Books.Administration, default, TreeEdge.Empty, new Dictionary<AccountKey, AccountHead>(), acts, DateTimeOffset.UnixEpoch));

    private static async Task<(int Code, string Output, string Errors)> VerifyAsync(Books books)
    {
        await using var server = await FakeServer.StartAsync(books.HandleAsync);
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await CommandTree.RunAsync(
            ["--url", server.Url.ToString(), "ledger", "verify"], new InvocationConfiguration { Output = output, Error = errors });
        return (code, output.ToString(), errors.ToString());
    }

    [Fact]
    public async Task All_three_books_are_read()
    {
        var (code, output, errors) = await VerifyAsync(With(Act(AdministrativeAct.VerticalCreated, 1), Act(AdministrativeAct.VersionApproved, 2)));
        Assert.Equal((ExitCode.Done, ""), (code, errors));
        Assert.Contains("ledger: sound", output, StringComparison.Ordinal);
        Assert.Contains("handshakes: sound", output, StringComparison.Ordinal);
        Assert.Contains("administration: sound: 2 leaves re-hashed", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_changed_act_is_found_wherever_it_stands(int place)
    {
        var books = With(Act(AdministrativeAct.VerticalCreated, 1), Act(AdministrativeAct.VersionApproved, 2), Act(AdministrativeAct.UplineChanged, 3));
        var at = System.Text.Encoding.Latin1.GetString(books.Leaves[place]).IndexOf("ENERGY", StringComparison.Ordinal);
        books.Leaves[place][at] = (byte)'S';

        var (code, _, errors) = await VerifyAsync(books);

        Assert.Equal(ExitCode.NotInOrder, code);
        Assert.Contains("administration: BROKEN", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_act_whose_payload_says_another_is_found()
    {
        var (code, _, errors) = await VerifyAsync(With(Act(AdministrativeAct.VersionProposed, 1, says: AdministrativeAct.VersionApproved)));
        Assert.Equal(ExitCode.NotInOrder, code);
        Assert.Contains("its payload is of another act", errors, StringComparison.Ordinal);
    }
}

using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Commission.Cli.Tests.Http;
using Commission.Domain;
using Commission.Domain.Ledger;
using Microsoft.AspNetCore.Http;

namespace Commission.Cli.Tests.Deals;

/// <summary>As much of the API's contract as the import uses: idempotent creation, keys, and bulk with a checked attestation.</summary>
internal sealed class FakeEngine
{
    private readonly ConcurrentDictionary<string, (string Body, string Answer)> _answers = new();
    private readonly ConcurrentDictionary<string, ECDsa> _keys = new();
    private readonly Lock _lock = new();
    private int _bulks;

    public ConcurrentDictionary<string, JsonObject> Contacts { get; } = new();

    public ConcurrentDictionary<string, JsonObject> Deals { get; } = new();

    public ConcurrentDictionary<string, string> Verticals { get; } = new();

    public ConcurrentBag<string> RuleSets { get; } = [];

    /// <summary>Answers a bulk request in another way; by its number, from 1. Null leaves it to the engine.</summary>
    public Func<int, (int Status, string Body)?> Bulk { get; set; } = _ => null;

    /// <summary>Whether the answer to this bulk request is lost on its way back, after the work is done.</summary>
    public Func<int, bool> LosesAnswer { get; set; } = _ => false;

    /// <summary>Whether the engine has no room for this line, by its key, in this bulk request.</summary>
    public Func<int, string, bool> IsBusy { get; set; } = (_, _) => false;

    public async Task HandleAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        var path = context.Request.Path.Value!;
        if (context.Request.Method == "GET")
        {
            var isThere = path.StartsWith("/health", StringComparison.Ordinal) || Verticals.ContainsKey(path[(path.LastIndexOf('/') + 1)..]);
            await FakeServer.AnswerAsync(context, isThere ? 200 : 404, "{}");
            return;
        }

        var key = context.Request.Headers["Idempotency-Key"].ToString();
        if (key.Length is 0 or > 200 || key.Any(c => c is <= ' ' or > '~'))
        {
            await ProblemAsync(context, 400, "IDEMPOTENCY_KEY_INVALID");
            return;
        }

        if (path.EndsWith("/bulk", StringComparison.Ordinal))
        {
            await BulkAsync(context, body);
            return;
        }

        var (seen, answer) = _answers.GetOrAdd(key, _ => (body, Create(path, body)));
        if (seen != body)
            await ProblemAsync(context, 422, "IDEMPOTENCY_KEY_REUSED");
        else if (answer.StartsWith('!'))
            await ProblemAsync(context, 400, answer[1..]);
        else
            await FakeServer.AnswerAsync(context, 201, answer);
    }

    private string Create(string path, string body)
    {
        var json = JsonNode.Parse(body)!.AsObject();
        if (path.EndsWith("/keys", StringComparison.Ordinal))
        {
            var id = $"key_{_keys.Count}";
            var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(System.Buffers.Text.Base64Url.DecodeFromChars((string)json["publicKey"]!), out _);
            _keys[id] = key;
            return $$"""{"id":"{{id}}"}""";
        }

        if (path.EndsWith("/rule-sets", StringComparison.Ordinal))
        {
            RuleSets.Add(body);
            return $$"""{"id":"rsv_{{RuleSets.Count}}"}""";
        }

        if (path.Contains("/rule-sets/", StringComparison.Ordinal) || path.EndsWith("/agreements", StringComparison.Ordinal))
            return "{}";
        if (path.EndsWith("/verticals", StringComparison.Ordinal))
        {
            Verticals[(string)json["code"]!] = body;
            return "{}";
        }

        if (((string)json["name"]!).Contains('<', StringComparison.Ordinal))
            return "!NAME_INVALID";
        var upline = (string?)json["upline"];
        if (upline is not null && !Contacts.ContainsKey(upline))
            return "!CONTACT_UNKNOWN";
        var contact = $"contact_{Guid.NewGuid():n}";
        Contacts[contact] = json;
        return $$"""{"id":"{{contact}}"}""";
    }

    private async Task BulkAsync(HttpContext context, string body)
    {
        var number = Interlocked.Increment(ref _bulks);
        if (Bulk(number) is { } other)
        {
            await FakeServer.AnswerAsync(context, other.Status, other.Body, "application/problem+json");
            return;
        }

        var lines = body.TrimEnd('\n').Split('\n');
        if (!IsAttested(JsonNode.Parse(lines[0])!["attestation"]!.AsObject(), lines[1..]))
        {
            await ProblemAsync(context, 400, "INVALID_SIGNATURE");
            return;
        }

        var answers = new StringBuilder();
        for (var i = 1; i < lines.Length; i++)
            answers.Append(Line(number, i, lines[i])).Append('\n');
        if (LosesAnswer(number))
            context.Abort();
        else
            await FakeServer.AnswerAsync(context, 200, answers.ToString(), "application/x-ndjson");
    }

    private string Line(int bulk, int number, string text)
    {
        var line = JsonNode.Parse(text)!.AsObject();
        var key = (string)line["key"]!;
        if (IsBusy(bulk, key))
            return $$"""{"line":{{number}},"key":"{{key}}","status":"rejected","code":"BUSY","detail":"busy","retryable":true}""";
        if ((long?)line["settledValueMinor"] == 666)
            return $$"""{"line":{{number}},"key":"{{key}}","status":"rejected","code":"RATE_CARD_MISSING","field":"product","detail":"no rate card"}""";

        string status;
        lock (_lock)
        {
            status = !Deals.TryGetValue(key, out var old) ? "created" : old.ToJsonString() == line.ToJsonString() ? "replayed" : "advanced";
            Deals[key] = line;
        }

        var state = line.ContainsKey("completedOn") ? "Complete" : line.ContainsKey("withdrawnOn") ? "Withdrawn" : "IntentSigned";
        return $$"""{"line":{{number}},"key":"{{key}}","status":"{{status}}","deal":"deal_{{number}}","state":"{{state}}"}""";
    }

    private bool IsAttested(JsonObject attestation, string[] lines)
    {
        if (!Base64Url.TryDecode((string)attestation["signature"]!, 64, out var signature))
            return false;
        attestation.Remove("signature");
        return (int)attestation["lines"]! == lines.Length
            && (string)attestation["root"]! == MerkleTree.Root([.. lines.Select(line => MerkleTree.LeafHash(Encoding.UTF8.GetBytes(line)))]).ToString()
            && signature.Length == 64
            && _keys.TryGetValue((string)attestation["key"]!, out var key)
            && key.VerifyData(CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(attestation.ToJsonString())), signature, HashAlgorithmName.SHA256);
    }

    private static Task ProblemAsync(HttpContext context, int status, string code) =>
        FakeServer.AnswerAsync(context, status, $$"""{"code":"{{code}}","detail":"refused"}""", "application/problem+json");
}

using System.Text.Json;
using Commission.Cli.Http;
using Commission.Cli.Members;
using Commission.Cli.Rules;

namespace Commission.Cli.Deals;

/// <summary>
/// Sends a file. Nothing is remembered on this machine: every request has a key derived from the file and the mapping, so that a run
/// that was killed is completed by running again, and a run after a complete one adds nothing.
/// </summary>
internal sealed class ImportRun(ApiClient api, ServiceKey key, ImportTally tally, BadRowReport report, TimeProvider clock)
{
    /// <summary>While one batch is being answered the next is read and signed; more would only queue on the server.</summary>
    private const int BatchesAtOnce = 2;

    /// <summary>How often lines that the server had no room for are sent again: 20 seconds in all.</summary>
    private const int Repetitions = 8;

    public async Task SendAsync(ImportFile file, ContactPlan plan, int batchSize, ImportProgress progress, CancellationToken cancellation)
    {
        await api.ProbeAsync(cancellation);
        var service = await ImportService.RegisterAsync(api, file.Mapping.Source, key, cancellation);
        await new VerticalSetup(api, service).EnsureAsync(file.Mapping.Setup, cancellation);

        var contacts = new ContactDirectory(api, service);
        var contactDone = progress.Phase("contacts", plan.Count);
        await contacts.CreateAsync(plan, () => contactDone(1), cancellation);

        var rowsDone = progress.Phase("referrals", tally.Good);
        var batches = file.Rows().Select(row => row.Referral).OfType<Referral>().Chunk(batchSize);
        var options = new ParallelOptions { MaxDegreeOfParallelism = BatchesAtOnce, CancellationToken = cancellation };
        await Parallel.ForEachAsync(batches, options, async (batch, stop) =>
        {
            await SendBatchAsync(batch, file.Mapping.Currency, service, contacts, stop);
            rowsDone(batch.Length);
        });
    }

    private async Task SendBatchAsync(
        Referral[] batch, string currency, ImportService service, ContactDirectory contacts, CancellationToken cancellation)
    {
        var sendable = new List<Referral>(batch.Length);
        foreach (var referral in batch)
        {
            if (RefusalOf(referral, contacts) is { } refusal)
                Reject(referral, refusal.Problem.Code, refusal.Field, refusal.Problem.Detail);
            else
                sendable.Add(referral);
        }

        try
        {
            for (var attempt = 0; sendable.Count > 0; attempt++)
            {
                if (attempt > 0)
                    await api.PauseAsync(attempt - 1, cancellation);
                var lines = sendable.ConvertAll(referral => BulkRequest.Line(referral, currency, contacts));
                var answer = await api.SendAsync(BulkRequest.Create(lines, service, key, clock.GetUtcNow()), cancellation);
                sendable = Account(sendable, answer, mayRepeat: attempt < Repetitions);
            }
        }
        catch (ApiProblemException problem)
        {
            foreach (var referral in sendable)
                Reject(referral, problem.Code, problem.Field, $"the whole batch was refused: {problem.Detail}");
        }
    }

    private static (ApiProblemException Problem, string Field)? RefusalOf(Referral referral, ContactDirectory contacts)
    {
        if (contacts.RefusalOf(referral.Referrer) is { } referrer)
            return (referrer, "referrer");
        if (referral.Upline is { } name && contacts.RefusalOf(name) is { } upline)
            return (upline, "upline");
        if (contacts.RefusalOf(referral.Receiver) is { } receiver)
            return (receiver, "receiver");
        return contacts.RefusalOf(referral.Client) is { } client ? (client, "client") : null;
    }

    /// <summary>Counts what was answered for good; the result is what the server asks to send again.</summary>
    private List<Referral> Account(List<Referral> sent, ApiResponse answer, bool mayRepeat)
    {
        var answers = Answers(answer);
        if (answers.Count != sent.Count)
            throw new ApiUnreachableException($"the server answered {answers.Count} of {sent.Count} lines; run the import again to complete it");

        var again = new List<Referral>();
        foreach (var line in answers)
        {
            var number = line.GetProperty("line").GetInt32();
            var referral = number >= 1 && number <= sent.Count ? sent[number - 1] : null;
            if (referral is null || Text(line, "key") != referral.Key)
                throw new ApiUnreachableException($"the server answered for line {number} with another key; this is not the API we know");

            var status = Text(line, "status");
            if (status is "created" or "advanced" or "replayed")
                tally.CountAccepted(referral, status, Text(line, "state") ?? "unknown");
            else if (mayRepeat && line.TryGetProperty("retryable", out var retryable) && retryable.ValueKind == JsonValueKind.True)
                again.Add(referral);
            else
                Reject(referral, Text(line, "code") ?? "REJECTED", Text(line, "field"), Text(line, "detail") ?? "the server gave no detail");
        }
        return again;
    }

    private static List<JsonElement> Answers(ApiResponse answer)
    {
        try
        {
            return [.. System.Text.Encoding.UTF8.GetString(answer.Body)
                .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(line => JsonElement.Parse(line))];
        }
        catch (JsonException problem)
        {
            throw new ApiUnreachableException("the server's answer is not NDJSON", problem);
        }
    }

    private void Reject(Referral referral, string code, string? field, string reason)
    {
        tally.CountRejected();
        report.Add(new BadRow(referral.Line, referral.Key, code, field, reason));
    }

    private static string? Text(JsonElement line, string name) =>
        line.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

using System.CommandLine;
using System.Net;
using System.Text;
using Commission.Domain.Ledger.Log;

namespace Commission.Cli.Ledger;

/// <summary>
/// <c>commission witness</c>: cosigns the checkpoints of logs that it knows, as long as each goes on from the one before. It
/// takes add-checkpoint requests (C2SP tlog-witness), or follows a log by itself.
/// </summary>
internal static class WitnessCommand
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private static readonly Option<string[]> Log = new("--log")
    {
        Description = "Verifier key of a log to witness (GET /log/{book}/keys); repeat it.",
        HelpName = "name+id+key",
        Required = true,
    };

    private static readonly Option<string> Name = new("--name") { Description = "The witness' name, such as witness.example/w1.", HelpName = "name", Required = true };
    private static readonly Option<DirectoryInfo> Folder = new("--folder") { Description = "Where its key and its memory lie.", HelpName = "path", Required = true };

    private static readonly Option<Uri?> Listen = new("--listen")
    {
        Description = "Where it takes add-checkpoint requests.",
        HelpName = "url",
        CustomParser = result => GlobalOptions.Address("--listen", result, result.Tokens[0].Value),
    };

    private static readonly Option<Uri[]> Follow = new("--follow")
    {
        Description = "A log to follow, such as http://127.0.0.1:5080/log/ledger; repeat it.",
        HelpName = "url",
        CustomParser = result => [.. result.Tokens.Select(token => GlobalOptions.Address("--follow", result, token.Value)).OfType<Uri>()],
    };

    private static readonly Option<bool> Once = new("--once") { Description = "Follow once and end, instead of every second." };
    private static readonly Option<bool> ShowKey = new("--show-key") { Description = "Print the witness' verifier key and end: the log needs it." };

    public static Command Create()
    {
        var command = new Command("witness", "Cosign the checkpoints of logs that go on from what was seen before.") { Log, Name, Folder, Listen, Follow, Once, ShowKey };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellation)
    {
        var (output, errors) = (arguments.InvocationConfiguration.Output, arguments.InvocationConfiguration.Error);
        try
        {
            NoteKey[] logs = [.. arguments.GetRequiredValue(Log).Select(NoteKey.Parse)];
            using var witness = Witness.Open(arguments.GetRequiredValue(Folder), arguments.GetRequiredValue(Name), logs);
            await output.WriteLineAsync(witness.Key.ToString());
            if (arguments.GetValue(ShowKey))
                return ExitCode.Done;
            var (listen, follow) = (arguments.GetValue(Listen), arguments.GetValue(Follow) ?? []);
            if (listen is null && follow.Length == 0)
            {
                await errors.WriteLineAsync("A witness needs --listen or --follow.");
                return ExitCode.Usage;
            }
            return arguments.GetValue(Once)
                ? await FollowAsync(witness, follow, output, errors, cancellation)
                : await ServeAsync(witness, listen, follow, output, errors, cancellation);
        }
        catch (Exception problem) when (problem is FormatException or IOException or UnauthorizedAccessException or HttpListenerException)
        {
            await errors.WriteLineAsync(problem.Message);
            return ExitCode.Usage;
        }
    }

    private static async Task<int> ServeAsync(
        Witness witness, Uri? listen, Uri[] follow, TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        using var listener = new HttpListener();
        if (listen is not null)
        {
            listener.Prefixes.Add(listen.AbsoluteUri.EndsWith('/') ? listen.AbsoluteUri : listen.AbsoluteUri + "/");
            listener.Start();
        }
        await using var stop = cancellation.Register(listener.Close);
        var answering = listen is null ? Task.CompletedTask : AnswerAsync(witness, listener, output, cancellation);
        try
        {
            for (; !cancellation.IsCancellationRequested; await Task.Delay(Period, cancellation))
                await FollowAsync(witness, follow, output, errors, cancellation);
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }
        await answering;
        return ExitCode.Done;
    }

    /// <summary>Follows each log once. What does not go on from what was seen ends with an error: somebody must look.</summary>
    private static async Task<int> FollowAsync(Witness witness, Uri[] logs, TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        using var http = new HttpClient();
        var code = ExitCode.Done;
        foreach (var log in logs)
        {
            try
            {
                var said = await LogFollower.FollowAsync(http, witness, log, cancellation);
                if (said is not null)
                    await output.WriteLineAsync(said);
            }
            catch (WitnessRefusedException refused)
            {
                await errors.WriteLineAsync($"{log}: {refused.Message}");
                code = ExitCode.NotInOrder;
            }
            catch (HttpRequestException away)
            {
                await errors.WriteLineAsync($"{log}: {away.Message}");
                code = Math.Max(code, ExitCode.Unreachable);
            }
        }
        return code;
    }

    private static async Task AnswerAsync(Witness witness, HttpListener listener, TextWriter output, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
            var (status, text) = await AnswerAsync(witness, context.Request, cancellation);
            await output.WriteLineAsync($"{context.Request.RemoteEndPoint}: {status}");
            context.Response.StatusCode = status;
            context.Response.ContentType = status == 409 ? "text/x.tlog.size" : "text/plain; charset=utf-8";
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(text), cancellation);
            context.Response.Close();
        }
    }

    private static async Task<(int Status, string Text)> AnswerAsync(Witness witness, HttpListenerRequest request, CancellationToken cancellation)
    {
        if (request.HttpMethod != "POST" || !request.Url!.AbsolutePath.EndsWith("/add-checkpoint", StringComparison.Ordinal))
            return (404, "There is only POST add-checkpoint.\n");
        var body = new byte[2 * SignedNote.MaxBytes];
        var length = await request.InputStream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellation);
        try
        {
            return await witness.AddAsync(AddCheckpoint.Read(body.AsSpan(0, length)), cancellation);
        }
        catch (FormatException mistake)
        {
            return (400, mistake.Message + "\n");
        }
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MimeKit;

namespace Commission.Api.Tests.Notifications;

/// <summary>What a mail server does with its next visitor.</summary>
internal enum MailFault
{
    None,
    /// <summary>Not now (450), at the recipient.</summary>
    NotNow,
    /// <summary>No such mailbox (550), at the recipient.</summary>
    Refused,
    /// <summary>The connection breaks before the message is sent.</summary>
    DropsBeforeData,
    /// <summary>The message is taken, and the connection breaks before it is said.</summary>
    DropsAfterData,
    /// <summary>It takes the connection and says nothing.</summary>
    Hangs,
}

/// <summary>A mail server of RFC 5321 over TCP, as small as it can be, with faults.</summary>
internal sealed class MailServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<MailFault> _faults = new();
    private readonly ConcurrentQueue<(string To, MimeMessage Message)> _taken = new();
    private readonly Task _serving;
    private int _visits;

    public MailServer()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Visits => Volatile.Read(ref _visits);

    /// <summary>Hangs for everybody while set.</summary>
    public bool IsHanging { get; set; }

    public IReadOnlyCollection<(string To, MimeMessage Message)> Taken => [.. _taken];

    public void Next(params ReadOnlySpan<MailFault> faults)
    {
        foreach (var fault in faults)
            _faults.Enqueue(fault);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving;
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        var visits = new List<Task>();
        try
        {
            while (true)
                visits.Add(VisitAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(visits);
        }
    }

    private async Task VisitAsync(TcpClient client)
    {
        Interlocked.Increment(ref _visits);
        var fault = _faults.TryDequeue(out var next) ? next : IsHanging ? MailFault.Hangs : MailFault.None;
        using var closing = client;
        try
        {
            var stream = client.GetStream();
            using var reader = new StreamReader(stream, Encoding.Latin1);
            await using var writer = new StreamWriter(stream, Encoding.Latin1) { NewLine = "\r\n", AutoFlush = true };
            if (fault == MailFault.Hangs)
            {
                await reader.ReadLineAsync(_stop.Token);
                return;
            }
            await writer.WriteLineAsync("220 mail.example.org ESMTP");
            await TalkAsync(reader, writer, fault);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The visitor left, or the server stops.
        }
    }

    private async Task TalkAsync(StreamReader reader, StreamWriter writer, MailFault fault)
    {
        var to = "";
        while (await reader.ReadLineAsync(_stop.Token) is { } line)
        {
            switch (line.Split(' ', ':')[0].ToUpperInvariant())
            {
                case "RCPT" when fault == MailFault.NotNow:
                    await writer.WriteLineAsync("450 4.2.1 mailbox busy");
                    break;
                case "RCPT" when fault == MailFault.Refused:
                    await writer.WriteLineAsync("550 5.1.1 no such mailbox");
                    break;
                case "RCPT":
                    to = line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.IndexOf('>', StringComparison.Ordinal)];
                    await writer.WriteLineAsync("250 OK");
                    break;
                case "DATA" when fault == MailFault.DropsBeforeData:
                    return;
                case "DATA":
                    await writer.WriteLineAsync("354 go ahead");
                    _taken.Enqueue((to, await ReadMessageAsync(reader)));
                    if (fault == MailFault.DropsAfterData)
                        return;
                    await writer.WriteLineAsync("250 taken");
                    break;
                case "QUIT":
                    await writer.WriteLineAsync("221 bye");
                    return;
                default:
                    await writer.WriteLineAsync("250 mail.example.org");
                    break;
            }
        }
    }

    private async Task<MimeMessage> ReadMessageAsync(StreamReader reader)
    {
        var text = new StringBuilder();
        while (await reader.ReadLineAsync(_stop.Token) is { } line && line != ".")
            text.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
        using var bytes = new MemoryStream(Encoding.Latin1.GetBytes(text.ToString()));
        return await MimeMessage.LoadAsync(bytes, _stop.Token);
    }
}

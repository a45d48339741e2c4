using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Commission.Testing;

/// <summary>One connection through <see cref="FaultyProxy"/>: two pumps that forward whole protocol messages.</summary>
internal sealed class ProxiedConnection(FaultyProxy proxy, Socket client, Socket server)
{
    private const int SslRequest = 80877103;
    private const int GssEncryptionRequest = 80877104;
    private const int LongestMessage = 1 << 30;
    private const int Never = int.MaxValue;
    private readonly Dictionary<string, string> _preparedStatements = new(StringComparer.Ordinal);
    private readonly NetworkStream _client = new(client, ownsSocket: true);
    private readonly NetworkStream _server = new(server, ownsSocket: true);

    // Each Sync or Query is answered by one ReadyForQuery, and so is the start-up: counting them tells which answer is whose.
    private int _answersAsked = 1;
    private int _answersSeen;
    private volatile int _answerToLose = Never;
    private volatile Fault? _faultOfAnswer;
    private readonly TaskCompletionSource _isCut = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task RunAsync()
    {
        try
        {
            await Task.WhenAny(PumpClientAsync(), PumpServerAsync());
        }
        finally
        {
            Cut();
            proxy.Forget(this);
        }
    }

    public void Cut()
    {
        _isCut.TrySetResult();
        _client.Dispose();
        _server.Dispose();
    }

    private async Task PumpClientAsync()
    {
        try
        {
            if (!await ForwardStartupAsync())
                return;
            while (await ReadMessageAsync(_client) is { } message)
            {
                if (StatementOf(message) is { } statement && proxy.Claim(statement) is { } fault)
                {
                    if (fault.Kind is FaultKind.CutBefore or FaultKind.HoldBefore)
                    {
                        proxy.Happened(fault);
                        if (fault.Kind == FaultKind.HoldBefore)
                            await _isCut.Task;
                        return;
                    }

                    _faultOfAnswer = fault;
                    _answerToLose = _answersAsked + 1;
                }

                if ((char)message[0] is 'S' or 'Q')
                    _answersAsked++;
                if (!await SendToServerAsync(message))
                    return;
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Either side went away; RunAsync closes the other.
        }
    }

    private async Task PumpServerAsync()
    {
        try
        {
            while (await ReadMessageAsync(_server) is { } message)
            {
                var lost = _answersSeen + 1 >= _answerToLose;
                if (message[0] == 'Z')
                    _answersSeen++;
                if (!lost)
                    await _client.WriteAsync(message);
                if (_answersSeen >= _answerToLose)
                {
                    proxy.Happened(_faultOfAnswer!);
                    if (_faultOfAnswer!.Kind == FaultKind.HoldAnswer)
                        await _isCut.Task;
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Either side went away; RunAsync closes the other.
        }
    }

    /// <summary>The first message has no type byte; a wish for encryption is declined, for we must read along.</summary>
    private async Task<bool> ForwardStartupAsync()
    {
        while (true)
        {
            var header = new byte[8];
            if (await _client.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false) < header.Length)
                return false;
            var code = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4));
            if (code is SslRequest or GssEncryptionRequest)
            {
                await _client.WriteAsync("N"u8.ToArray());
                continue;
            }

            var message = new byte[BinaryPrimitives.ReadInt32BigEndian(header)];
            header.CopyTo(message, 0);
            await _client.ReadExactlyAsync(message.AsMemory(header.Length));
            return await SendToServerAsync(message);
        }
    }

    private async Task<bool> SendToServerAsync(byte[] message)
    {
        var allowed = proxy.Allow(message.Length);
        await _server.WriteAsync(message.AsMemory(0, allowed));
        if (allowed == message.Length)
            return true;
        proxy.BytesExhausted();
        return false;
    }

    private static async Task<byte[]?> ReadMessageAsync(NetworkStream stream)
    {
        var header = new byte[5];
        if (await stream.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false) < header.Length)
            return null;
        var length = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1));
        if (length is < 4 or > LongestMessage)
            throw new IOException($"not a PostgreSQL message: type {header[0]}, length {length}");
        var message = new byte[length + 1];
        header.CopyTo(message, 0);
        await stream.ReadExactlyAsync(message.AsMemory(header.Length));
        return message;
    }

    /// <summary>The SQL that this message makes the server run (Query, Bind), or null; Parse is only remembered.</summary>
    private string? StatementOf(byte[] message)
    {
        switch ((char)message[0])
        {
            case 'Q':
                return TextAt(message, 5, out _);
            case 'P':
                var name = TextAt(message, 5, out var afterName);
                _preparedStatements[name] = TextAt(message, afterName, out _);
                return null;
            case 'B':
                _ = TextAt(message, 5, out var afterPortal);
                return _preparedStatements.GetValueOrDefault(TextAt(message, afterPortal, out _));
            default:
                return null;
        }
    }

    private static string TextAt(byte[] message, int start, out int next)
    {
        var length = message.AsSpan(start).IndexOf((byte)0);
        next = start + length + 1;
        return Encoding.UTF8.GetString(message, start, length);
    }
}

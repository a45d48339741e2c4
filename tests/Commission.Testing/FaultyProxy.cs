using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Commission.Testing;

/// <summary>
/// Stands between a client and PostgreSQL and cuts connections at chosen moments. It reads the message stream, so it can
/// cut between a commit and its answer, which is the failure that storage code finds hardest: the write is durable and
/// the writer does not know.
/// </summary>
public sealed class FaultyProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly NpgsqlConnectionStringBuilder _server;
    private readonly ConcurrentDictionary<ProxiedConnection, bool> _connections = new();
    private readonly ConcurrentQueue<Fault> _faults = new();
    private long _bytesUntilCut = long.MaxValue;
    private int _faultsHappened;
    private volatile bool _refusing;

    private FaultyProxy(string connectionString)
    {
        _server = new NpgsqlConnectionStringBuilder(connectionString);
        _listener.Start();
        ConnectionString = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Host = "127.0.0.1",
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
            SslMode = SslMode.Disable,
            GssEncryptionMode = GssEncryptionMode.Disable,
        }.ConnectionString;
    }

    /// <summary>The given connection string, by way of the proxy.</summary>
    public string ConnectionString { get; }

    /// <summary>How many of the ordered cuts have happened.</summary>
    public int FaultsHappened => Volatile.Read(ref _faultsHappened);

    /// <summary>While true, connections are closed as soon as they are made: the server is unreachable.</summary>
    public bool Refusing
    {
        get => _refusing;
        set => _refusing = value;
    }

    public static FaultyProxy Start(string connectionString)
    {
        var proxy = new FaultyProxy(connectionString);
        _ = proxy.AcceptAsync();
        return proxy;
    }

    /// <summary>
    /// The next statement that matches is executed by the server, up to its ReadyForQuery (so an implicit transaction is
    /// committed), but no byte of the answer reaches the client: the connection is cut instead.
    /// </summary>
    public void LoseAnswerTo(Func<string, bool> statement) => _faults.Enqueue(new Fault(statement, FaultKind.LoseAnswer));

    /// <summary>The connection is cut before the next statement that matches reaches the server.</summary>
    public void CutBefore(Func<string, bool> statement) => _faults.Enqueue(new Fault(statement, FaultKind.CutBefore));

    /// <summary>
    /// The next statement that matches does not reach the server, and its connection stays open: whoever sent it waits until all are cut.
    /// </summary>
    /// <returns>Ends when the statement has come.</returns>
    public Task HoldBefore(Func<string, bool> statement) => Hold(statement, FaultKind.HoldBefore);

    /// <summary>
    /// The next statement that matches is executed, no byte of its answer reaches the client, and its connection stays open until all are cut.
    /// </summary>
    /// <returns>Ends when it has been executed.</returns>
    public Task HoldAnswerTo(Func<string, bool> statement) => Hold(statement, FaultKind.HoldAnswer);

    /// <summary>All connections are cut when clients have sent this many more bytes, be it in the middle of a message.</summary>
    public void CutAfterClientBytes(long count) => Interlocked.Exchange(ref _bytesUntilCut, count);

    /// <summary>Cuts every open connection now.</summary>
    public void CutAll()
    {
        foreach (var connection in _connections.Keys)
            connection.Cut();
    }

    public ValueTask DisposeAsync()
    {
        _listener.Stop();
        CutAll();
        using (var connection = new NpgsqlConnection(ConnectionString))
            NpgsqlConnection.ClearPool(connection);
        return ValueTask.CompletedTask;
    }

    /// <summary>The first ordered fault, if it waits for this statement; whoever gets it must carry it out.</summary>
    internal Fault? Claim(string statement)
    {
        lock (_faults)
            return _faults.TryPeek(out var fault) && fault.Statement(statement) && _faults.TryDequeue(out fault) ? fault : null;
    }

    /// <summary>How many of these client bytes may still pass.</summary>
    internal int Allow(int bytes)
    {
        if (Volatile.Read(ref _bytesUntilCut) == long.MaxValue)
            return bytes;
        var left = Interlocked.Add(ref _bytesUntilCut, -bytes);
        return left >= 0 ? bytes : (int)Math.Max(0, bytes + left);
    }

    internal void BytesExhausted()
    {
        if (Interlocked.Exchange(ref _bytesUntilCut, long.MaxValue) == long.MaxValue)
            return;
        CountFault();
        CutAll();
    }

    internal void CountFault() => Interlocked.Increment(ref _faultsHappened);

    internal void Happened(Fault fault)
    {
        CountFault();
        fault.Happened.TrySetResult();
    }

    internal void Forget(ProxiedConnection connection) => _connections.TryRemove(connection, out _);

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync();
                client.NoDelay = true;
                if (_refusing)
                    client.Dispose();
                else
                    _ = ServeAsync(client);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The listener was stopped.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        var server = await ConnectToServerAsync();
        var connection = new ProxiedConnection(this, client, server);
        _connections[connection] = true;
        await connection.RunAsync();
    }

    private async Task<Socket> ConnectToServerAsync()
    {
        var host = _server.Host!;
        if (host.StartsWith('/'))
        {
            var local = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await local.ConnectAsync(new UnixDomainSocketEndPoint($"{host}/.s.PGSQL.{_server.Port}"));
            return local;
        }

        var remote = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await remote.ConnectAsync(host, _server.Port);
        return remote;
    }

    /// <summary>Forgets statements that have not come.</summary>
    public void ForgetFaults() => _faults.Clear();

    private Task Hold(Func<string, bool> statement, FaultKind kind)
    {
        var fault = new Fault(statement, kind);
        _faults.Enqueue(fault);
        return fault.Happened.Task;
    }
}

internal sealed record Fault(Func<string, bool> Statement, FaultKind Kind)
{
    public TaskCompletionSource Happened { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

internal enum FaultKind
{
    LoseAnswer,
    CutBefore,
    HoldBefore,
    HoldAnswer,
}

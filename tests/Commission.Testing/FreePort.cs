using System.Net;
using System.Net.Sockets;

namespace Commission.Testing;

/// <summary>
/// A port for a process that is about to start. It is below those that systems give out by themselves: until the process listens, no test
/// that runs beside it is given the same one.
/// </summary>
public static class FreePort
{
    private const int First = 12_000;
    private const int End = 30_000;

    public static int Take()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, End);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException taken) when (taken.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
                // Another one, then.
            }
        }
    }
}

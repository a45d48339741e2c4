using System.Net;
using System.Net.Sockets;

namespace Commission.Storage;

/// <summary>
/// A port for something that is about to listen. It is below those that systems give out by themselves: until it listens, no connection that
/// is opened meanwhile is given the same one.
/// </summary>
public static class FreePort
{
    private const int First = 12_000;
    private const int End = 30_000;

    /// <summary>A port of the loopback interface that nobody listens on.</summary>
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

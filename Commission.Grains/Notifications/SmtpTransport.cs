using System.Net.Sockets;
using Commission.Domain.Notifications;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Commission.Grains.Notifications;

/// <summary>
/// A mail server. What it refuses for good (5xx to sender, recipient or message) is not tried again; everything else is: no answer, a broken
/// connection, 4xx, and a login that fails, which is for the operator to mend. A connection that broke after the message was sent leaves
/// open whether it was taken: it is sent again under the same Message-ID.
/// </summary>
internal sealed class SmtpTransport(SmtpOptions options) : IMailTransport
{
    private const int MaxProblem = 200;

    public async Task<(DeliveryOutcome Outcome, string? Problem)> SendAsync(MimeMessage message, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(options.TimeoutSeconds));
        using var client = new SmtpClient();
        client.Timeout = options.TimeoutSeconds * 1_000;
        try
        {
            await client.ConnectAsync(options.Host, options.Port, SecurityOf(options.Tls), timeout.Token);
            if (options.User.Length > 0)
                await client.AuthenticateAsync(options.User, options.Password, timeout.Token);
            await client.SendAsync(message, timeout.Token);
        }
        catch (SmtpCommandException error)
        {
            return ((int)error.StatusCode >= 500 ? DeliveryOutcome.Refused : DeliveryOutcome.NotNow, $"{(int)error.StatusCode} {error.ErrorCode}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (DeliveryOutcome.NotNow, $"The mail server did not answer within {options.TimeoutSeconds} s.");
        }
        catch (Exception error) when (error is SocketException or IOException or SmtpProtocolException or AuthenticationException or SslHandshakeException
            or NotSupportedException or TimeoutException or InvalidOperationException)
        {
            return (DeliveryOutcome.NotNow, Shorten($"{error.GetType().Name}: {error.Message}"));
        }
        await LeaveAsync(client, timeout.Token);
        return (DeliveryOutcome.Delivered, null);
    }

    private static SecureSocketOptions SecurityOf(SmtpTls tls) => tls switch
    {
        SmtpTls.Implicit => SecureSocketOptions.SslOnConnect,
        SmtpTls.None => SecureSocketOptions.None,
        _ => SecureSocketOptions.StartTls,
    };

    /// <summary>Says goodbye; the message was taken, whatever becomes of that.</summary>
    private static async Task LeaveAsync(SmtpClient client, CancellationToken cancellationToken)
    {
        try
        {
            await client.DisconnectAsync(quit: true, cancellationToken);
        }
        catch (Exception error) when (error is SocketException or IOException or SmtpProtocolException or SmtpCommandException or OperationCanceledException)
        {
            return;
        }
    }

    private static string Shorten(string text) => text.Length <= MaxProblem ? text : text[..MaxProblem];
}

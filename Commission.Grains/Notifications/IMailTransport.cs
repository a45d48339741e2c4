using Commission.Domain.Notifications;
using MimeKit;

namespace Commission.Grains.Notifications;

/// <summary>Hands a message to whoever brings it to people.</summary>
public interface IMailTransport
{
    /// <summary>One attempt; how it ended, and why when it was not delivered. It throws nothing but cancellation.</summary>
    Task<(DeliveryOutcome Outcome, string? Problem)> SendAsync(MimeMessage message, CancellationToken cancellationToken);
}

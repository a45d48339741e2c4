using Commission.Domain.Notifications;
using MimeKit;

namespace Commission.Grains.Notifications;

/// <summary>
/// A folder that takes messages where there is no mail server, in the way of a maildir: written under tmp, then renamed into new, so that
/// who reads new never sees half a message. The name is the message's id: what is delivered twice lies there once.
/// </summary>
internal sealed class Maildrop(string folder) : IMailTransport
{
    public async Task<(DeliveryOutcome Outcome, string? Problem)> SendAsync(MimeMessage message, CancellationToken cancellationToken)
    {
        try
        {
            var name = $"{message.MessageId!.Split('@')[0]}.eml";
            var (unfinished, finished) = (Directory.CreateDirectory(Path.Combine(folder, "tmp")), Directory.CreateDirectory(Path.Combine(folder, "new")));
            Directory.CreateDirectory(Path.Combine(folder, "cur"));
            var path = Path.Combine(unfinished.FullName, $"{name}.{Environment.ProcessId}");
            await using (var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                await message.WriteToAsync(file, cancellationToken);
                file.Flush(flushToDisk: true);
            }
            File.Move(path, Path.Combine(finished.FullName, name), overwrite: true);
            return (DeliveryOutcome.Delivered, null);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return (DeliveryOutcome.NotNow, $"The maildrop did not take it: {error.GetType().Name}");
        }
    }
}

using Commission.Domain;
using Commission.Domain.Deals;
using Commission.Domain.Notifications;
using Commission.Grains.Deals;
using Commission.Grains.Interfaces.Members;
using Commission.Storage.Notifications;
using Commission.Storage.Secrets;
using Microsoft.Extensions.Options;
using MimeKit;
using MimeKit.Text;

namespace Commission.Grains.Notifications;

/// <summary>One attempt to deliver one message: whom, what, how. Address, name and link are looked up now and kept nowhere.</summary>
internal sealed class NotificationSending(IGrainFactory grains, ClusterSecrets secrets, IMailTransport transport, IOptions<NotificationOptions> options)
{
    public async Task<(DeliveryOutcome Outcome, string? Problem)> SendAsync(ClaimedNotification claimed, CancellationToken cancellationToken)
    {
        var (name, address) = await RecipientAsync(claimed.Contact);
        if (address.Length == 0)
            return (DeliveryOutcome.NoAddress, claimed.Contact is null ? "Commission:Notifications:Staff names no mailbox." : "The contact has no email address.");
        if (!MailboxAddress.TryParse(address, out var to))
            return (DeliveryOutcome.NoAddress, "The address is none that mail can go to.");
        var written = NotificationText.Write(
            claimed.Kind, claimed.Facts, new NotificationSetting(name, options.Value.PublicUrl.TrimEnd('/'), await LinkAsync(claimed)));
        var from = MailboxAddress.Parse(options.Value.From);
        using var message = new MimeMessage
        {
            MessageId = $"{claimed.Id}@{from.Domain}",
            Subject = written.Subject,
            Date = claimed.At,
            Body = new Multipart("alternative") { new TextPart(TextFormat.Plain) { Text = written.Text }, new TextPart(TextFormat.Html) { Text = written.Html } },
        };
        message.From.Add(from);
        message.To.Add(new MailboxAddress(name, to.Address));
        message.Headers.Add("Auto-Submitted", "auto-generated");
        return await transport.SendAsync(message, cancellationToken);
    }

    private async Task<(string Name, string Address)> RecipientAsync(ContactId? contact)
    {
        if (contact is not { } id)
            return ("team", options.Value.Staff);
        var member = await grains.GetGrain<IMemberGrain>(id.ToString()).Get();
        return (member?.Name ?? "", member?.Email ?? "");
    }

    private async Task<string?> LinkAsync(ClaimedNotification claimed)
    {
        if (claimed.Kind != NotificationKind.ClientLink)
            return null;
        using var facts = System.Text.Json.JsonDocument.Parse(claimed.Facts);
        var step = facts.RootElement.GetProperty("step").GetString() == HandshakeStep.Outcome.Name() ? HandshakeStep.Outcome : HandshakeStep.Acknowledgement;
        var deal = TypedId.Parse<DealId>(facts.RootElement.GetProperty("deal").GetString()!);
        return ClientLinks.Token(await secrets.GetAsync(DealFactsLoader.LinkSecret), deal, step);
    }
}

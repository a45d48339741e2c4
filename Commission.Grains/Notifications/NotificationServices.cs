using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Commission.Grains.Notifications;

/// <summary>Messages as services of a silo.</summary>
public static class NotificationServices
{
    /// <summary>Adds the courier, with the mail server where one is configured and the maildrop where not.</summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="configuration">Section <c>Commission:Notifications</c>.</param>
    /// <param name="dataDirectory">Where the maildrop lies when it has no place of its own.</param>
    public static IServiceCollection AddNotifications(this IServiceCollection services, IConfiguration configuration, string dataDirectory)
    {
        services.Configure<NotificationOptions>(configuration.GetSection("Commission:Notifications"));
        services.PostConfigure<NotificationOptions>(options =>
            options.Maildrop = options.Maildrop.Length > 0 ? options.Maildrop : Path.Combine(dataDirectory, "maildrop"));
        services.TryAddSingleton<IMailTransport>(provider => provider.GetRequiredService<IOptions<NotificationOptions>>().Value is var options
            && options.Smtp.Host.Length > 0
                ? new SmtpTransport(options.Smtp)
                : new Maildrop(options.Maildrop));
        services.AddSingleton<NotificationMetrics>();
        services.AddSingleton<NotificationSending>();
        services.AddHostedService<NotificationCourier>();
        return services;
    }
}

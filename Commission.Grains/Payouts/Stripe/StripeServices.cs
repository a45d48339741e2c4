using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Commission.Grains.Payouts.Stripe;

/// <summary>The rail to Stripe as services.</summary>
public static class StripeServices
{
    /// <summary>Adds it, as section <c>Commission:Stripe</c> says; given twice it is added once.</summary>
    /// <exception cref="StripeSettingsException">The settings cannot be meant.</exception>
    public static IServiceCollection AddStripeRail(this IServiceCollection services, IConfiguration configuration)
    {
        var options = new StripeOptions();
        configuration.GetSection("Commission:Stripe").Bind(options);
        options.Check();
        services.TryAddSingleton(options);
        services.TryAddSingleton<StripeMetrics>();
        services.TryAddSingleton<StripeWakeUp>();
        services.TryAddSingleton<StripeGateway>();
        services.TryAddSingleton<IStripeGateway>(provider => new StripeGatewayWithMetrics(
            provider.GetRequiredService<StripeGateway>(), provider.GetRequiredService<StripeMetrics>()));
        services.TryAddSingleton<StripeRail>();
        services.TryAddSingleton<StripeOnboarding>();
        services.TryAddSingleton<StripeWebhooks>();
        return services;
    }

    /// <summary>Adds who takes up open orders, where Stripe is used: in silos.</summary>
    public static IServiceCollection AddStripeCourier(this IServiceCollection services, IConfiguration configuration) =>
        string.IsNullOrEmpty(configuration["Commission:Stripe:ApiKey"]) ? services : services.AddHostedService<StripeCourier>();
}

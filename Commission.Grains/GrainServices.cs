using Commission.Grains.Deals;
using Commission.Grains.Disputes;
using Commission.Grains.Guarantees;
using Commission.Grains.Interfaces.Payouts;
using Commission.Grains.Ledger;
using Commission.Grains.Members;
using Commission.Grains.Payouts;
using Commission.Grains.Rules;
using Commission.Storage.GroupCommit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Commission.Grains;

/// <summary>What the grains need beside storage.</summary>
public static class GrainServices
{
    /// <summary>Adds the grains' own services to a silo.</summary>
    public static IServiceCollection AddCommissionGrains(this IServiceCollection services)
    {
        services.AddSingleton<CommandMetrics>();
        services.AddSingleton<AdmissionGate>();
        services.AddSingleton<MemberDirectory>();
        services.AddSingleton<RuleSetDirectory>();
        services.AddSingleton<DealFactsLoader>();
        services.AddSingleton<SimulatedWorlds>();
        services.AddSingleton<DealWorlds>();
        services.AddSingleton<LocalBooks>();
        services.AddSingleton<CheckpointPublisher>();
        services.AddSingleton<GuaranteeAudit>();
        services.AddSingleton<GuaranteeMetrics>();
        services.AddHostedService<GuaranteeRunner>();
        services.TryAddSingleton<PayoutDays>();
        services.AddSingleton<PayoutSelection>();
        services.AddSingleton<PayoutClock>();
        services.AddSingleton<PayoutMetrics>();
        services.AddSingleton<ContestedEntries>();
        services.AddSingleton<DisputeMetrics>();
        services.AddSingleton<DisputeClocks>();
        services.AddSingleton<PayoutDrafting>();
        services.AddSingleton<PayoutFiles>();
        services.AddSingleton<TaxPaperIssuing>();
        services.AddHostedService<TaxPaperCourier>();
        services.AddSingleton<StripeItems>();
        services.AddSingleton<StripeNews>();
        services.AddSingleton<VolumeCourier>();
        services.AddHostedService(provider => provider.GetRequiredService<VolumeCourier>());
        services.AddSingleton<StreamOutboxPublisher>();
        services.AddSingleton<IOutboxPublisher>(provider => provider.GetRequiredService<StreamOutboxPublisher>());
        services.AddHostedService(provider => provider.GetRequiredService<StreamOutboxPublisher>());
        services.AddHostedService<OutboxMonitor>();
        return services;
    }

    /// <summary>The provider name of Orleans' own storage: the benchmarks compare with it.</summary>
    public const string LowRateStorage = "AdoNet";
}

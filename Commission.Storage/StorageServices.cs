using Commission.Storage.Agreements;
using Commission.Storage.Deals;
using Commission.Storage.Disputes;
using Commission.Storage.GroupCommit;
using Commission.Storage.Guarantees;
using Commission.Storage.Ledger;
using Commission.Storage.Ledger.Log;
using Commission.Storage.Members;
using Commission.Storage.Notifications;
using Commission.Storage.Payouts;
using Commission.Storage.Payouts.Stripe;
using Commission.Storage.Remittances;
using Commission.Storage.Rules;
using Commission.Storage.Secrets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using Orleans.Serialization;
using Orleans.Storage;

namespace Commission.Storage;

/// <summary>Storage as services.</summary>
public static class StorageServices
{
    /// <summary>Adds the data source and the reads over it: what API and silo both need.</summary>
    public static IServiceCollection AddCommissionReads(this IServiceCollection services, string appConnectionString)
    {
        services.AddSingleton(_ => new NpgsqlDataSourceBuilder(appConnectionString).Build());
        services.AddSingleton<BusinessKeyQueries>();
        services.AddSingleton<ExpiryQueries>();
        services.AddSingleton<OutboxQueries>();
        services.AddSingleton<DealQueries>();
        services.AddSingleton<ContactQueries>();
        services.AddSingleton<VerticalQueries>();
        services.AddSingleton<AgreementQueries>();
        services.AddSingleton<SimulationQueries>();
        services.AddSingleton<UplineQueries>();
        services.AddSingleton<StripeRequests>();
        services.AddSingleton<StripeAccounts>();
        services.AddSingleton<StripeEvents>();
        services.AddSingleton<DealHistory>();
        services.AddSingleton<LedgerQueries>();
        services.AddSingleton<PayoutQueries>();
        services.AddSingleton<PayoutEvidenceQueries>();
        services.AddSingleton<RemittanceQueries>();
        services.AddSingleton<PayoutScheduleQueries>();
        services.AddSingleton<PayoutFigureQueries>();
        services.AddSingleton<DisputeQueries>();
        services.AddSingleton<PayeeBalanceQueries>();
        services.AddSingleton<TaxPaperQueries>();
        services.AddSingleton<StatementQueries>();
        services.AddSingleton<NotificationQueries>();
        services.AddSingleton<PeriodQueries>();
        services.AddSingleton<TileQueries>();
        services.AddSingleton<CheckpointStore>();
        services.AddSingleton<LogNames>();
        services.AddSingleton<GuaranteeRuns>();
        services.AddSingleton(new ScratchConnection(appConnectionString));
        services.AddSingleton<PublicLogs>();
        services.TryAddSingleton(new LogOptions());
        services.AddSingleton<ClusterSecrets>();
        return services.AddStorageExceptions();
    }

    /// <summary>
    /// Lets what the database throws travel between processes: without, the caller of a grain learns only that the
    /// exception could not be written.
    /// </summary>
    public static IServiceCollection AddStorageExceptions(this IServiceCollection services) =>
        services.Configure<ExceptionSerializationOptions>(options =>
        {
            options.SupportedNamespacePrefixes.Add("Npgsql");
            options.SupportedNamespacePrefixes.Add("Commission");
        });

    /// <summary>Adds the group-commit grain storage and the book store: what a silo needs.</summary>
    public static IServiceCollection AddCommissionStorage(this IServiceCollection services)
    {
        services.TryAddSingleton(new GroupCommitOptions());
        services.AddSingleton(DealTable.Table);
        services.AddSingleton(ContactTable.Table);
        services.AddSingleton(VerticalTable.Table);
        services.AddSingleton(AgreementTable.Table);
        services.AddSingleton(CheckpointKeysTable.Table);
        services.AddSingleton(VolumeTable.Table);
        services.AddSingleton(PayeeAccountTable.Table);
        services.AddSingleton(PayoutScheduleTable.Table);
        services.AddSingleton<OpenEntryQueries>();
        services.AddSingleton<PayoutStore>();
        services.AddSingleton<DisputeStore>();
        services.AddSingleton<PayeeVault>();
        services.AddSingleton<ReconciliationReader>();
        services.AddSingleton<RemittanceStore>();
        services.AddSingleton<TaxPaperStore>();
        services.AddSingleton<NotificationStore>();
        services.AddSingleton(StateTable.Simulated(DealTable.Name));
        services.AddSingleton(StateTable.Simulated(VolumeTable.Name));
        services.AddSingleton<StorageMetrics>();
        services.AddSingleton<BookStore>();
        services.TryAddSingleton<JudgeBooks>((check, cancellationToken) => check.RunAsync(new Dictionary<string, VerifiedBook>(), cancellationToken));
        services.AddSingleton<SelfTestBench>();
        services.AddSingleton<GroupCommitStorage>();
        services.AddKeyedSingleton<IGrainStorage>(GroupCommitStorage.ProviderName, (provider, _) => provider.GetRequiredService<GroupCommitStorage>());
        return services;
    }
}

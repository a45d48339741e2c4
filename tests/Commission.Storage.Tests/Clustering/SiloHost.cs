using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace Commission.Storage.Tests.Clustering;

/// <summary>A silo composed as the engine composes its own, on Orleans' AdoNet providers over our tables.</summary>
internal static class SiloHost
{
    public static IHost Compose(string connectionString, string cluster)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo => silo
            .Configure<ClusterOptions>(options => options.ServiceId = options.ClusterId = cluster)
            .ConfigureEndpoints(IPAddress.Loopback, FreePort.Take(), FreePort.Take())
            .UseAdoNetClustering(options =>
            {
                options.Invariant = "Npgsql";
                options.ConnectionString = connectionString;
            })
            .UseAdoNetReminderService(options =>
            {
                options.Invariant = "Npgsql";
                options.ConnectionString = connectionString;
            }));
        return builder.Build();
    }

    public static IHost ComposeClient(string connectionString, string cluster)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(client => client
            .Configure<ClusterOptions>(options => options.ServiceId = options.ClusterId = cluster)
            .UseAdoNetClustering(options =>
            {
                options.Invariant = "Npgsql";
                options.ConnectionString = connectionString;
            }));
        return builder.Build();
    }
}

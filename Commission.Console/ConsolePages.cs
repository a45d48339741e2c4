using Commission.Console.Layout;
using Commission.Console.Ledger;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Commission.Console;

/// <summary>The pages, for whoever hosts them.</summary>
public static class ConsolePages
{
    /// <summary>Adds what pages need.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="keysDirectory">Folder of the keys that protect what browsers keep for us; readable by its owner only.</param>
    public static IServiceCollection AddCommissionConsole(this IServiceCollection services, DirectoryInfo keysDirectory)
    {
        services.AddRazorComponents();
        services.TryAddSingleton(new ConfiguredWitnesses([]));
        services.TryAddSingleton(TimeProvider.System);
        services.AddDataProtection().SetApplicationName("commission").PersistKeysToFileSystem(keysDirectory);
        return services;
    }

    /// <summary>Maps the pages and their files.</summary>
    /// <param name="app">Where to.</param>
    /// <param name="assetsManifest">The host's list of static files, as the build wrote it.</param>
    public static void MapCommissionConsole<T>(this T app, string assetsManifest) where T : IApplicationBuilder, IEndpointRouteBuilder
    {
        app.UsePageHeaders();
        app.UseAntiforgery();
        app.MapStaticAssets(assetsManifest);
        app.MapRazorComponents<App>().WithStaticAssets(assetsManifest);
    }
}

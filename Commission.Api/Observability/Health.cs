using System.Diagnostics.CodeAnalysis;
using Commission.Domain.Ledger;
using Commission.Grains.Interfaces.Ledger;
using Npgsql;

namespace Commission.Api.Observability;

/// <summary>Liveness: the process answers. Readiness: database and cluster answer too.</summary>
internal static class Health
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", () => TypedResults.Ok(new HealthView("live", null))).WithTags("Health");
        routes.MapGet("/health/ready", ReadyAsync).WithTags("Health");
    }

    [SuppressMessage("Design", "CA1031", Justification = "Any failure means: not ready.")]
    private static async Task<IResult> ReadyAsync(
        NpgsqlDataSource dataSource, IGrainFactory grains, VerticalSeeder.Progress seeding, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = dataSource.CreateCommand("select 1");
            await command.ExecuteScalarAsync(cancellationToken).WaitAsync(Patience, cancellationToken);
            await grains.GetGrain<ILedgerGrain>(Books.Ledger).Drain(TimeSpan.FromHours(1)).WaitAsync(Patience, cancellationToken);
            return seeding.Done
                ? TypedResults.Ok(new HealthView("ready", null))
                : TypedResults.Json(new HealthView("starting", "The verticals are being seeded."), statusCode: 503);
        }
        catch (Exception error)
        {
            return TypedResults.Json(new HealthView("unready", error.GetType().Name), statusCode: 503);
        }
    }
}

internal sealed record HealthView(string Status, string? Reason);

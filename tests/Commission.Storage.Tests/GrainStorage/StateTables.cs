using Commission.Testing;

namespace Commission.Storage.Tests.GrainStorage;

/// <summary>State tables that only tests have, made like the engine's own.</summary>
internal static class StateTables
{
    public static async Task MakeAsync(TestDatabase database, params IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            await database.ScalarAsync<object>($"""
                create table if not exists {name} (like grain_state including all);
                grant select, insert, update on {name} to commission_app
                """);
        }
    }
}

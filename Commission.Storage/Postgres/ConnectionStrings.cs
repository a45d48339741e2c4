using Npgsql;

namespace Commission.Storage.Postgres;

public static class ConnectionStrings
{
    public const string AppRole = "commission_app";
    private const int PoolSize = 50;
    private const int PreparedStatements = 100;

    /// <summary>
    /// The same database with the rights of <see cref="AppRole"/> only, even for a superuser login. It guards against our
    /// own mistakes; it is no wall against someone who can send any SQL, for a session may always choose SET ROLE NONE.
    /// </summary>
    public static string AsApp(string connectionString)
    {
        var given = new NpgsqlConnectionStringBuilder(connectionString);
        var app = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Options = $"{given.Options} -c role={AppRole}".Trim(),

            // Nothing we run leaves session state behind, so the reset at every return to the pool is work for nothing. An
            // open transaction is rolled back all the same, and the role would survive a reset, being a start-up setting.
            NoResetOnClose = true,
        };
        if (!given.ContainsKey("Maximum Pool Size"))
            app.MaxPoolSize = PoolSize;
        if (!given.ContainsKey("Max Auto Prepare"))
            app.MaxAutoPrepare = PreparedStatements;
        return app.ConnectionString;
    }
}

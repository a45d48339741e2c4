namespace Commission.Api;

/// <summary>What the API process is told by configuration; section <c>Commission</c>.</summary>
internal sealed class ApiSettings
{
    /// <summary>Where the private PostgreSQL cluster lives when no database is given.</summary>
    public string DataDirectory { get; set; } = "./data";

    /// <summary>Whether this process is a silo too; without, it is a client of the cluster in the database.</summary>
    public bool CoHostSilo { get; set; } = true;

    /// <summary>Host name of members' authenticators.</summary>
    public string RelyingParty { get; set; } = "localhost";

    /// <summary>Folder of vertical files that are made sure to exist at start.</summary>
    public string VerticalsDirectory { get; set; } = Path.Combine(AppContext.BaseDirectory, "verticals");

    /// <summary>Whether a rule set version can only be approved with a completed simulation of it.</summary>
    public bool RequireSimulation { get; set; }
}

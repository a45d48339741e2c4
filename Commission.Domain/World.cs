namespace Commission.Domain;

/// <summary>
/// The real world, or that of one simulation. Grains, states, books and accumulators of a simulation carry its name in
/// front, so that nothing in it can reach a real one.
/// </summary>
/// <param name="Name"><c>sim-…</c>, or empty for the real world.</param>
public readonly record struct World(string Name)
{
    private const string Prefix = "sim-";
    private const char Separator = '.';

    /// <summary>The real world.</summary>
    public static World Real { get; } = new("");

    /// <summary>Whether this is the real world.</summary>
    public bool IsReal => Name.Length == 0;

    /// <summary>The simulation whose world this is.</summary>
    /// <exception cref="InvalidOperationException">It is the real world.</exception>
    public SimulationId Simulation => IsReal
        ? throw new InvalidOperationException("The real world is no simulation.")
        : TypedId.Parse<SimulationId>($"{SimulationId.Prefix}_{Name[Prefix.Length..]}");

    /// <summary>A simulation's world.</summary>
    public static World Of(SimulationId simulation) => new($"{Prefix}{simulation.ToString()[(SimulationId.Prefix.Length + 1)..]}");

    /// <summary>The world that a grain, a book or an accumulator belongs to, by its name.</summary>
    public static World OfName(string name) =>
        IsSimulated(name) ? new World(name[..name.IndexOf(Separator, StringComparison.Ordinal)]) : Real;

    /// <summary>Whether a name belongs to a simulation.</summary>
    public static bool IsSimulated(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && name.Contains(Separator, StringComparison.Ordinal);

    /// <summary>The name by which this world knows what the real one knows by <paramref name="local"/>.</summary>
    public string NameOf(string local) => IsReal ? local : $"{Name}{Separator}{local}";

    /// <summary>A name without its world.</summary>
    public static string LocalOf(string name) =>
        IsSimulated(name) ? name[(name.IndexOf(Separator, StringComparison.Ordinal) + 1)..] : name;
}

namespace Commission.Cli.Deals.Mappings;

/// <summary>The mapping cannot be used: each problem names the JSON path that is wrong. Nothing has been sent.</summary>
internal sealed class MappingException(IReadOnlyList<string> problems) : Exception(string.Join(Environment.NewLine, problems))
{
    public MappingException(string path, string problem)
        : this([$"{path}: {problem}"])
    {
    }

    public IReadOnlyList<string> Problems { get; } = problems;
}

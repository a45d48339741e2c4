namespace Commission.Cli.Deals.Expressions;

/// <summary>
/// Why an expression could not be read (a mistake in the mapping) or could not be worked out for a row (a bad row).
/// The code is stable; the message is for people.
/// </summary>
internal sealed class ExpressionException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;
}

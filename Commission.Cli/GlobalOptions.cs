using System.CommandLine;
using System.CommandLine.Parsing;
using Commission.Cli.Http;

namespace Commission.Cli;

/// <summary>What every command that talks to a server takes.</summary>
internal static class GlobalOptions
{
    public static readonly Option<Uri> Url = new("--url")
    {
        Description = "Where the API listens.",
        HelpName = "url",
        Recursive = true,
        DefaultValueFactory = _ => new Uri("http://127.0.0.1:5080"),
        CustomParser = result => Address("--url", result, result.Tokens[0].Value),
    };

    public static readonly Option<string?> ApiKey = new("--api-key")
    {
        Description = "Sent as 'Authorization: Bearer'.",
        HelpName = "key",
        Recursive = true,
    };

    /// <summary>Reads an address of an option, or adds the error.</summary>
    public static Uri? Address(string option, ArgumentResult result, string text)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
            return url;
        result.AddError($"{option}: '{text}' is not an http or https address");
        return null;
    }

    public static ApiClient Client(ParseResult arguments) => new(arguments.GetRequiredValue(Url), arguments.GetValue(ApiKey));
}

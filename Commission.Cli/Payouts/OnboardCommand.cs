using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Commission.Cli.Http;

namespace Commission.Cli.Payouts;

/// <summary><c>commission payouts onboard</c>: opens a payee's account at Stripe and gives the link to Stripe's form.</summary>
internal static class OnboardCommand
{
    private static readonly Argument<string> Contact = new("contact") { Description = "Who is to be paid by Stripe.", HelpName = "contact" };

    private static readonly Option<string> Country = new("--country")
    {
        Description = "Where the payee is, ISO 3166.",
        HelpName = "AU",
        DefaultValueFactory = _ => "AU",
    };

    private static readonly Option<string?> ReturnUrl = new("--return-url")
    {
        Description = "Where Stripe sends the payee after the form. Without it no link is made.",
        HelpName = "url",
    };

    private static readonly Option<string?> RefreshUrl = new("--refresh-url")
    {
        Description = "Where Stripe sends the payee when the link has expired; the return address if it is not given.",
        HelpName = "url",
    };

    private static readonly Option<string> As = new("--as") { Description = "The payee, or an INTERNAL contact.", HelpName = "contact", Required = true };

    public static Command Create()
    {
        var command = new Command("onboard", "Open a payee's account at Stripe, say what Stripe still wants, and make the link to its form.")
        {
            Contact, Country, ReturnUrl, RefreshUrl, As,
        };
        command.SetGuardedAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellation)
    {
        var output = arguments.InvocationConfiguration.Output;
        using var api = GlobalOptions.Client(arguments);
        await api.ProbeAsync(cancellation);
        var (actor, path) = (arguments.GetRequiredValue(As), $"api/v1/contacts/{Uri.EscapeDataString(arguments.GetRequiredValue(Contact))}/stripe-account");
        Task<ApiResponse> PostAsync(string to, JsonObject body) =>
            api.SendAsync(ApiRequest.Post(to, body, $"onboard-{Guid.NewGuid():N}", actor), cancellation);
        await PostAsync(path, new JsonObject { ["country"] = arguments.GetRequiredValue(Country) });
        var account = (await api.SendAsync(ApiRequest.Get($"{path}?ask=true") with { ActingContact = actor }, cancellation)).Json();
        await output.WriteLineAsync($"{Text(account, "account")} ({Text(account, "mode")} mode)");
        if (account.GetProperty("canReceive").GetBoolean())
        {
            await output.WriteLineAsync("It can receive.");
            return ExitCode.Done;
        }
        await output.WriteLineAsync($"It cannot receive yet. {Text(account, "whyNot")}");
        if (arguments.GetValue(ReturnUrl) is { } returnUrl)
        {
            var link = (await PostAsync($"{path}/onboarding-link", new JsonObject
            {
                ["returnUrl"] = returnUrl,
                ["refreshUrl"] = arguments.GetValue(RefreshUrl) ?? returnUrl,
            })).Json();
            await output.WriteLineAsync($"Until {Text(link, "expiresAt")} the payee can fill in Stripe's form at {Text(link, "url")}");
        }
        return ExitCode.Done;
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}

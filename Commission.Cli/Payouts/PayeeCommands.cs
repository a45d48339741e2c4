using System.CommandLine;
using System.Text.Json.Nodes;

namespace Commission.Cli.Payouts;

/// <summary><c>commission payouts payee</c>: where a contact is paid, and what it is owed.</summary>
internal static class PayeeCommands
{
    private static readonly Argument<string> Contact = new("contact") { Description = "Who is paid." };
    private static readonly Option<string> Bsb = new("--bsb") { Description = "Six digits.", HelpName = "nnn-nnn", Required = true };
    private static readonly Option<string> Number = new("--account-number") { Description = "Up to nine digits.", HelpName = "digits", Required = true };
    private static readonly Option<string> Title = new("--title") { Description = "The account's holder.", HelpName = "text", Required = true };
    private static readonly Option<string?> Abn = new("--abn") { Description = "The payee's ABN.", HelpName = "digits" };
    private static readonly Option<bool> Registered = new("--gst-registered") { Description = "The payee is registered for GST." };
    private static readonly Option<string?> Agreement = new("--rcti-agreement") { Description = "The agreement by which we issue its tax invoices.", HelpName = "reference" };
    private static readonly Option<string> Commitment = new("--commitment") { Description = "What was shown with the proposal.", HelpName = "hex", Required = true };

    public static Command Create() => new("payee", "Where a contact is paid, and what it is owed.")
    {
        Acting.Step("propose", "Say where a contact is to be paid; it counts once somebody else has verified it.", Propose, PayoutText.Account,
            Contact, Bsb, Number, Title, Abn, Registered, Agreement),
        Acting.Step("tax-facts", "Say what tax law asks of a contact; enough for who is paid by Stripe. It counts once somebody else has verified it.",
            arguments => (Of(arguments, "tax-facts"), Facts(arguments)), PayoutText.Account, Contact, Abn, Registered, Agreement),
        Acting.Step("verify", "Verify what was proposed: not by who proposed it, nor by who is paid.",
            arguments => (Of(arguments, "bank-account/verify"), new JsonObject { ["commitment"] = arguments.GetRequiredValue(Commitment) }),
            PayoutText.Account, Contact, Commitment),
        Acting.Look("account", "Where a contact is paid, masked.", arguments => Of(arguments, "bank-account"), PayoutText.Account, Contact),
        Acting.Look("balance", "What a contact is owed, and where it stands.", arguments => Of(arguments, "payouts"), PayoutText.Balance, Contact),
    };

    private static (string, JsonObject) Propose(ParseResult arguments)
    {
        var body = Facts(arguments);
        body["bsb"] = arguments.GetRequiredValue(Bsb);
        body["accountNumber"] = arguments.GetRequiredValue(Number);
        body["title"] = arguments.GetRequiredValue(Title);
        return (Of(arguments, "bank-account"), body);
    }

    private static JsonObject Facts(ParseResult arguments)
    {
        var body = new JsonObject { ["gstRegistered"] = arguments.GetValue(Registered) };
        if (arguments.GetValue(Abn) is { } abn)
            body["abn"] = abn;
        if (arguments.GetValue(Agreement) is { } agreement)
            body["rctiAgreement"] = agreement;
        return body;
    }

    private static string Of(ParseResult arguments, string rest) => $"api/v1/contacts/{Acting.Escape(arguments.GetRequiredValue(Contact))}/{rest}";
}

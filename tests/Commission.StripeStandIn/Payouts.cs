using System.Text.Json.Nodes;

namespace Commission.StripeStandIn;

/// <summary>Balances, how they fill up in test mode, and payouts to banks.</summary>
internal static class Payouts
{
    /// <summary>The source that fills the available balance at once.</summary>
    private const string BypassPending = "tok_bypassPending";

    public static JsonObject Balance(Call call) => call.World.Balance(call.Account);

    public static JsonObject Charge(Call call)
    {
        call.Form.Allow("amount", "currency", "source", "description", "metadata");
        var (amount, currency, source) = (call.Form.Amount("amount"), call.Form.Currency("currency"), call.Form.Required("source"));
        if (source != BypassPending)
            throw StripeError.Invalid("source", $"No such token: '{source}'", "resource_missing");
        call.World.Move(call.Account, currency, amount);
        return new JsonObject
        {
            ["id"] = World.NewId("ch"),
            ["object"] = "charge",
            ["amount"] = amount,
            ["created"] = call.World.Created(),
            ["currency"] = currency,
            ["livemode"] = call.World.IsLive,
            ["paid"] = true,
            ["status"] = "succeeded",
        };
    }

    public static JsonObject Create(Call call)
    {
        call.Form.Allow("amount", "currency", "description", "metadata", "method", "statement_descriptor", "destination", "source_type");
        var (amount, currency) = (call.Form.Amount("amount"), call.Form.Currency("currency"));
        if (call.Account is not null && !(bool)Accounts.Existing(call.World, call.Account)["payouts_enabled"]!)
            throw new StripeError(400, "payouts_not_allowed", "Cannot create payouts; this account has requirements to be collected.") { Executed = true };
        if (call.World.Available(call.Account, currency) < amount)
            throw new StripeError(400, "balance_insufficient", "You have insufficient funds in your Stripe account for this payout.") { Executed = true };
        call.World.Move(call.Account, currency, -amount);
        var payout = new JsonObject
        {
            ["id"] = World.NewId("po"),
            ["object"] = "payout",
            ["amount"] = amount,
            ["arrival_date"] = call.World.Created() + 172_800,
            ["automatic"] = false,
            ["balance_transaction"] = World.NewId("txn"),
            ["created"] = call.World.Created(),
            ["currency"] = currency,
            ["description"] = call.Form.Text("description"),
            ["destination"] = World.NewId("ba"),
            ["failure_code"] = null,
            ["failure_message"] = null,
            ["livemode"] = call.World.IsLive,
            ["metadata"] = call.Form.Object("metadata"),
            ["method"] = call.Form.Choice("method", call.Form.Text("method"), "standard", "instant"),
            ["source_type"] = "card",
            ["statement_descriptor"] = call.Form.Text("statement_descriptor"),
            ["status"] = "pending",
            ["type"] = "bank_account",
        };
        call.World.Payouts.Insert(0, (call.Account, payout));
        call.World.Announce(call, "payout.created", payout, call.Account);
        return payout;
    }

    public static JsonObject Get(Call call) => call.World.Find(Of(call), "payout", call.Route("id"));

    public static JsonObject List(Call call) => Page.Of(call.Query, "/v1/payouts", Of(call));

    /// <summary>The bank's answer, which comes days later.</summary>
    public static void Settle(World world, string id, bool paid)
    {
        lock (world.Gate)
        {
            var (account, payout) = world.Payouts.First(pair => (string?)pair.Payout["id"] == id);
            payout["status"] = paid ? "paid" : "failed";
            if (!paid)
            {
                (payout["failure_code"], payout["failure_message"]) = ("account_closed", "The bank account has been closed.");
                world.Move(account, (string)payout["currency"]!, (long)payout["amount"]!);
            }
            world.Announce(null, paid ? "payout.paid" : "payout.failed", payout, account);
        }
    }

    private static IEnumerable<JsonObject> Of(Call call) => call.World.Payouts.Where(pair => pair.Account == call.Account).Select(pair => pair.Payout);
}

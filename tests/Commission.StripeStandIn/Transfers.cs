using System.Text.Json.Nodes;

namespace Commission.StripeStandIn;

/// <summary>Money from the platform to connected accounts, and back.</summary>
internal static class Transfers
{
    public static JsonObject Create(Call call)
    {
        var (form, world) = (call.Form, call.World);
        form.Allow("amount", "currency", "destination", "description", "metadata", "transfer_group", "source_transaction", "source_type");
        var (amount, currency, destination) = (form.Amount("amount"), form.Currency("currency"), form.Required("destination"));
        form.Choice("source_type", form.Text("source_type"), "card", "bank_account", "fpx");
        if (form.Text("source_transaction") is { } source)
            throw StripeError.Invalid("source_transaction", $"No such charge: '{source}'", "resource_missing");
        if (!world.Accounts.TryGetValue(destination, out var account))
            throw StripeError.Invalid("destination", $"No such destination: '{destination}'", "resource_missing");
        if (call.Account is not null)
            throw StripeError.Invalid("destination", "Cannot create transfers from a connected account to another one.");
        if ((string?)account["capabilities"]!["transfers"] != "active")
        {
            throw new StripeError(400, "insufficient_capabilities_for_transfer",
                "Your destination account needs to have at least one of the following capabilities enabled: transfers, crypto_transfers, legacy_payments")
            {
                Executed = true,
            };
        }
        if (world.Available(null, currency) < amount)
        {
            throw new StripeError(400, "balance_insufficient", "You have insufficient available funds in your Stripe account. "
                + "Try adding funds directly to your available balance by creating Charges using the 4000000000000077 test card.")
            {
                Executed = true,
            };
        }
        world.Move(null, currency, -amount);
        world.Move(destination, currency, amount);
        var transfer = Object(call, amount, currency, destination);
        world.Transfers.Insert(0, transfer);
        world.Announce(call, "transfer.created", transfer);
        return transfer;
    }

    public static JsonObject Get(Call call) => call.World.Find(call.World.Transfers, "transfer", call.Route("id"));

    public static JsonObject List(Call call)
    {
        call.Query.Allow([.. Page.Parameters, "transfer_group", "destination", "created"]);
        var (group, destination) = (call.Query.Text("transfer_group"), call.Query.Text("destination"));
        return Page.Of(call.Query, "/v1/transfers", call.World.Transfers.Where(transfer =>
            (group is null || (string?)transfer["transfer_group"] == group) && (destination is null || (string?)transfer["destination"] == destination)));
    }

    public static JsonObject Reverse(Call call)
    {
        call.Form.Allow("amount", "description", "metadata", "refund_application_fee");
        var world = call.World;
        var transfer = Get(call);
        var (currency, destination) = ((string)transfer["currency"]!, (string)transfer["destination"]!);
        var left = (long)transfer["amount"]! - (long)transfer["amount_reversed"]!;
        var amount = call.Form.OptionalAmount("amount") ?? left;
        if (amount > left || left == 0)
        {
            throw new StripeError(400, null, left == 0
                ? $"Transfer {(string)transfer["id"]!} is already fully reversed."
                : $"Transfer reversal amount ({World.Money(amount, currency)}) is greater than unreversed amount ({World.Money(left, currency)})", "amount");
        }
        if (world.Available(destination, currency) < amount)
            throw new StripeError(400, "balance_insufficient", "The connected account has insufficient funds for this reversal.") { Executed = true };
        world.Move(destination, currency, -amount);
        world.Move(null, currency, amount);
        return Keep(call, transfer, amount);
    }

    public static JsonObject Reversals(Call call) =>
        Page.Of(call.Query, call.Path, call.World.Reversals.GetValueOrDefault((string)Get(call)["id"]!, []));

    private static JsonObject Keep(Call call, JsonObject transfer, long amount)
    {
        var id = (string)transfer["id"]!;
        var reversal = new JsonObject
        {
            ["id"] = World.NewId("trr"),
            ["object"] = "transfer_reversal",
            ["amount"] = amount,
            ["balance_transaction"] = World.NewId("txn"),
            ["created"] = call.World.Created(),
            ["currency"] = (string)transfer["currency"]!,
            ["destination_payment_refund"] = World.NewId("pyr"),
            ["metadata"] = call.Form.Object("metadata"),
            ["source_refund"] = null,
            ["transfer"] = id,
        };
        if (!call.World.Reversals.TryGetValue(id, out var reversals))
            call.World.Reversals[id] = reversals = [];
        reversals.Insert(0, reversal);
        transfer["amount_reversed"] = (long)transfer["amount_reversed"]! + amount;
        transfer["reversed"] = (long)transfer["amount_reversed"]! == (long)transfer["amount"]!;
        transfer["reversals"]!["data"]!.AsArray().Insert(0, reversal.DeepClone());
        transfer["reversals"]!["total_count"] = reversals.Count;
        call.World.Announce(call, "transfer.reversed", transfer);
        return reversal;
    }

    private static JsonObject Object(Call call, long amount, string currency, string destination)
    {
        var id = World.NewId("tr");
        return new JsonObject
        {
            ["id"] = id,
            ["object"] = "transfer",
            ["amount"] = amount,
            ["amount_reversed"] = 0L,
            ["balance_transaction"] = World.NewId("txn"),
            ["created"] = call.World.Created(),
            ["currency"] = currency,
            ["description"] = call.Form.Text("description"),
            ["destination"] = destination,
            ["destination_payment"] = World.NewId("py"),
            ["livemode"] = call.World.IsLive,
            ["metadata"] = call.Form.Object("metadata"),
            ["reversals"] = new JsonObject
            {
                ["object"] = "list",
                ["data"] = new JsonArray(),
                ["has_more"] = false,
                ["total_count"] = 0,
                ["url"] = $"/v1/transfers/{id}/reversals",
            },
            ["reversed"] = false,
            ["source_transaction"] = null,
            ["source_type"] = "card",
            ["transfer_group"] = call.Form.Text("transfer_group"),
        };
    }
}

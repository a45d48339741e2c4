using System.Text.Json.Nodes;

namespace Commission.StripeStandIn;

/// <summary>Connected accounts by controller properties, their onboarding and their requirements.</summary>
internal static class Accounts
{
    private static readonly string[] Countries = ["AU", "NZ", "US", "GB"];
    private static readonly string[] AtFirst = ["business_type", "external_account", "tos_acceptance.date", "tos_acceptance.ip"];

    public static JsonObject Create(Call call)
    {
        var form = call.Form;
        form.Allow("type", "controller", "country", "email", "capabilities", "metadata", "business_type", "business_profile", "settings", "default_currency");
        if (form.Has("type") && form.Has("controller"))
            throw StripeError.Invalid("type", "You may not provide the `type` parameter and `controller` parameters simultaneously.");
        var country = form.Text("country") ?? "AU";
        if (!Countries.Contains(country))
            throw StripeError.Invalid("country", $"Country '{country}' is unknown.", "country_unsupported");
        var account = Object(call, country, Controller(form), Capabilities(form));
        call.World.Accounts[(string)account["id"]!] = account;
        return account;
    }

    public static JsonObject Get(Call call) => Existing(call.World, call.Route("id"));

    public static JsonObject List(Call call) =>
        Page.Of(call.Query, "/v1/accounts", call.World.Accounts.Values.Reverse());

    /// <summary>A link that works once and for minutes, so it is made fresh each time.</summary>
    public static JsonObject Link(Call call)
    {
        call.Form.Allow("account", "refresh_url", "return_url", "type", "collection_options", "collect");
        var id = call.Form.Required("account");
        if (!call.World.Accounts.ContainsKey(id))
            throw StripeError.Invalid("account", $"No such account: '{id}'", "resource_missing");
        call.Form.Choice("type", call.Form.Required("type"), "account_onboarding", "account_update");
        call.Form.Required("refresh_url");
        call.Form.Required("return_url");
        var host = $"{call.Http.Request.Scheme}://{call.Http.Request.Host}";
        return new JsonObject
        {
            ["object"] = "account_link",
            ["created"] = call.World.Created(),
            ["expires_at"] = call.World.Created() + 300,
            ["url"] = $"{host}/setup/{(call.World.IsLive ? "live" : "test")}/{id}/{World.NewId("link")}",
        };
    }

    /// <summary>What happens when a person has filled in Stripe's form.</summary>
    public static void Onboard(World world, string id)
    {
        lock (world.Gate)
        {
            var account = Existing(world, id);
            (account["details_submitted"], account["payouts_enabled"]) = (true, true);
            foreach (var capability in account["capabilities"]!.AsObject().Select(pair => pair.Key).ToArray())
                account["capabilities"]![capability] = "active";
            account["charges_enabled"] = account["capabilities"]!["card_payments"] is not null;
            account["requirements"] = World.Requirements();
            world.Announce(null, "account.updated", account, id);
        }
    }

    /// <summary>Stripe asks for more: what is due, and with <paramref name="disable"/> nothing works until it is there.</summary>
    public static void Require(World world, string id, bool disable, params string[] due)
    {
        lock (world.Gate)
        {
            var account = Existing(world, id);
            account["requirements"] = World.Requirements(due);
            if (!disable)
            {
                account["requirements"]!["disabled_reason"] = null;
                account["requirements"]!["past_due"] = new JsonArray();
            }
            account["payouts_enabled"] = !disable;
            foreach (var capability in disable ? account["capabilities"]!.AsObject().Select(pair => pair.Key).ToArray() : [])
                account["capabilities"]![capability] = "inactive";
            world.Announce(null, "account.updated", account, id);
        }
    }

    public static JsonObject Existing(World world, string id) => world.Accounts.TryGetValue(id, out var account)
        ? account
        : throw new StripeError(403, "account_invalid",
            $"The provided key does not have access to account '{id}' (or that account does not exist). Application access may have been revoked.");

    private static JsonObject Controller(Form form)
    {
        string? Part(string group, string? name = null) => name is null ? form.Text("controller", group) : form.Text("controller", group, name);
        var dashboard = form.Choice("controller[stripe_dashboard][type]", Part("stripe_dashboard", "type"), "full", "express", "none");
        var losses = form.Choice("controller[losses][payments]", Part("losses", "payments"), "stripe", "application");
        var collection = form.Choice("controller[requirement_collection]", Part("requirement_collection"), "stripe", "application");
        var fees = form.Choice("controller[fees][payer]", Part("fees", "payer"), "account", "application");
        if (collection == "application" && (losses != "application" || dashboard != "none"))
        {
            throw StripeError.Invalid("controller[requirement_collection]",
                "When `controller[requirement_collection]=application`, `controller[losses][payments]` must be `application` and the dashboard `none`.");
        }
        return new JsonObject
        {
            ["type"] = "application",
            ["fees"] = new JsonObject { ["payer"] = fees },
            ["is_controller"] = true,
            ["losses"] = new JsonObject { ["payments"] = losses },
            ["requirement_collection"] = collection,
            ["stripe_dashboard"] = new JsonObject { ["type"] = dashboard },
        };
    }

    private static JsonObject Capabilities(Form form)
    {
        var asked = new JsonObject();
        foreach (var (name, value) in form.Object("capabilities"))
        {
            if (name is not ("transfers" or "card_payments"))
                throw StripeError.Invalid($"capabilities[{name}]", $"Received unknown parameter: capabilities[{name}]", "parameter_unknown");
            if ((string?)value?["requested"] == "true")
                asked[name] = "inactive";
        }
        return asked;
    }

    private static JsonObject Object(Call call, string country, JsonObject controller, JsonObject capabilities)
    {
        var id = World.NewId("acct");
        return new JsonObject
        {
            ["id"] = id,
            ["object"] = "account",
            ["business_type"] = call.Form.Text("business_type"),
            ["capabilities"] = capabilities,
            ["charges_enabled"] = false,
            ["controller"] = controller,
            ["country"] = country,
            ["created"] = call.World.Created(),
            ["default_currency"] = country switch { "AU" => "aud", "NZ" => "nzd", "GB" => "gbp", _ => "usd" },
            ["details_submitted"] = false,
            ["email"] = call.Form.Text("email"),
            ["external_accounts"] = new JsonObject
            {
                ["object"] = "list",
                ["data"] = new JsonArray(),
                ["has_more"] = false,
                ["total_count"] = 0,
                ["url"] = $"/v1/accounts/{id}/external_accounts",
            },
            ["future_requirements"] = World.Requirements(),
            ["metadata"] = call.Form.Object("metadata"),
            ["payouts_enabled"] = false,
            ["requirements"] = World.Requirements(AtFirst),
            ["settings"] = new JsonObject { ["payouts"] = new JsonObject { ["schedule"] = new JsonObject { ["interval"] = "daily", ["delay_days"] = 2 } } },
            ["tos_acceptance"] = new JsonObject { ["date"] = null },
            ["type"] = "none",
        };
    }
}

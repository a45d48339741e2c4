namespace Commission.StripeStandIn;

/// <summary>What only a stand-in can do, for those who drive it over HTTP.</summary>
internal static class ControlApi
{
    public static void MapControl(this StandIn standIn, WebApplication app)
    {
        app.MapGet("/setup/{mode}/{account}/{link}", (string mode, string account) =>
        {
            standIn.Onboard(account, mode == "live");
            return Results.Text($"{account} is onboarded.\n");
        });
        var control = app.MapGroup("/_control");
        control.MapPost("/faults", (FaultKind kind, string path, int? times, string? method) =>
        {
            standIn.Faults.Add(kind, path, times ?? 1, method ?? "POST");
            return Results.NoContent();
        });
        control.MapDelete("/faults", () =>
        {
            standIn.Faults.Clear();
            return Results.NoContent();
        });
        control.MapPost("/balance", (long amount, string currency, bool? live) =>
        {
            standIn.Fund(amount, currency, live ?? false);
            return Results.NoContent();
        });
        control.MapPost("/accounts/{id}/requirements", (string id, bool? disable, string[] due) =>
        {
            standIn.Require(id, disable ?? false, due);
            return Results.NoContent();
        });
        control.MapPost("/payouts/{id}", (string id, bool paid) =>
        {
            standIn.SettlePayout(id, paid);
            return Results.NoContent();
        });
        MapWebhooks(standIn.Webhooks, control);
    }

    private static void MapWebhooks(Webhooks webhooks, RouteGroupBuilder control)
    {
        control.MapPost("/webhooks", async (bool? hold, bool? release, bool? backwards, int? copies) =>
        {
            webhooks.Copies = copies ?? webhooks.Copies;
            if (hold == true)
                webhooks.Hold();
            if (release == true)
                await webhooks.ReleaseAsync(backwards ?? false);
            return Results.Json(webhooks.Deliveries);
        });
        control.MapPost("/webhooks/{id}/roll", (string id) => Results.Text(webhooks.Find(id).Roll()));
        control.MapPost("/webhooks/{id}/expire", (string id) =>
        {
            webhooks.Find(id).ExpireOldSecrets();
            return Results.NoContent();
        });
    }
}

using System.CommandLine;
using Commission.Cli.Deals;
using Commission.Cli.Disputes;
using Commission.Cli.Guarantees;
using Commission.Cli.Ledger;
using Commission.Cli.Notifications;
using Commission.Cli.Payouts;
using Commission.Cli.Remittances;
using Commission.Cli.Rules;

namespace Commission.Cli;

/// <summary>All commands of the tool. To add one: a class in its feature's folder with a static <c>Create</c>, and a line here.</summary>
internal static class CommandTree
{
    public static async Task<int> RunAsync(string[] arguments, InvocationConfiguration? configuration = null)
    {
        var parsed = Create().Parse(arguments);
        var code = await parsed.InvokeAsync(configuration ?? new InvocationConfiguration());
        return parsed.Errors.Count > 0 ? ExitCode.Usage : code;
    }

    private static RootCommand Create() => new("The commission engine from the command line.")
    {
        GlobalOptions.Url,
        GlobalOptions.ApiKey,
        DemoCommand.Create(),
        ImportCommand.Create(),
        TrailCommand.Create(),
        ExplainCommand.Create(),
        ReplayCommand.Create(),
        GuaranteesCommand.Create(),
        EvidenceCommand.Create(),
        PayoutsCommand.Create(),
        ReconcileCommand.Create(),
        RemittanceCommand.Create(),
        DisputesCommand.Create(),
        new Command("simulate", "Try rules on the whole history before they go live.")
        {
            WhatIfCommand.Create(),
            DealFlowCommand.Create(),
        },
        new Command("vertical", "Lines of business.")
        {
            VerticalAddCommand.Create(),
        },
        NotificationsCommand.Create(),
        WitnessCommand.Create(),
        CheckpointKeyCommand.Create(),
        new Command("ledger", "Export and verify the books.")
        {
            ExportCommand.Create(),
            VerifyCommand.Create(),
        },
    };
}

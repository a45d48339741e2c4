namespace Commission.Cli.Deals.Mappings;

/// <summary>Which dates a stage needs.</summary>
internal static class Steps
{
    private static readonly Step[] InOrder = [Step.Acknowledged, Step.Intake, Step.Settled, Step.Completed];

    /// <summary>The steps without which a row of this stage is bad, in order.</summary>
    public static IEnumerable<Step> Needed(StageTarget target) => target switch
    {
        { Ends: false } => InOrder.Take((int)target.Stage),
        { After: { } after } => [.. InOrder.Take((int)after), EndOf(target.Stage)],
        _ => [EndOf(target.Stage)],
    };

    /// <summary>The steps that an ended row may have had before its end, when the mapping does not say how far it went.</summary>
    public static IEnumerable<Step> Possible(StageTarget target) =>
        target is { Ends: true, After: null } ? [Step.Acknowledged, Step.Intake] : [];

    public static Step EndOf(Stage stage) => stage == Stage.Withdrawn ? Step.Withdrawn : Step.Declined;
}

using Commission.Domain.Rules.Wording;

namespace Commission.Domain.Rules.Shapes;

/// <summary>A bonus for what a referrer or network brings in between two dates.</summary>
/// <param name="Name">Unique within the product.</param>
/// <param name="BasisName">What is counted: deals, units or money.</param>
/// <param name="AtLeast">What must be reached.</param>
/// <param name="AmountMinor">The bonus, minor units.</param>
/// <param name="EveryDeal">Whether each deal of the window earns it once the condition holds, or only the one that meets it.</param>
/// <param name="Window">Whose deals, and between which dates.</param>
/// <param name="Terms">What every shape can have.</param>
public sealed record CampaignComponent(
    string Name, string BasisName, long AtLeast, long AmountMinor, bool EveryDeal, VolumeScope Window, ComponentTerms Terms)
    : Component(Name, BasisName, Terms)
{
    /// <inheritdoc />
    public override string Shape => "campaign";

    /// <inheritdoc />
    protected override VolumeScope? OwnScope => Window;

    internal override Exact Exact(in PoolInput input)
    {
        if (input.Volume is not { } volume)
            return Rules.Exact.Nothing;
        var earns = EveryDeal ? volume.Total >= AtLeast : volume.Before < AtLeast && volume.Before + input.Basis >= AtLeast;
        var loses = !EveryDeal && volume.Before >= AtLeast && volume.Before + input.Basis < AtLeast;
        return Rules.Exact.Whole(earns ? AmountMinor : loses ? -AmountMinor : 0);
    }

    internal override string Clause(in PoolInput input) =>
        $"{AmountMinor} minor units {(EveryDeal ? "for every deal" : "once")} when {BasisName} in the window reaches {AtLeast}";

    internal override void Explain(in PoolInput input, CanonicalObject step) =>
        step.Add("accumulatedBefore", input.Volume?.Before).Add("accumulatedTotal", input.Volume?.Total).Add("atLeast", AtLeast);

    internal override string InWords(Phrases phrases)
    {
        var reached = $"{Phrases.BasisOf(BasisName)} between {Window.From:yyyy-MM-dd} and {Window.To:yyyy-MM-dd} reaches {phrases.Quantity(BasisName, AtLeast)}";
        var who = Window.Owner == VolumeOwner.Network ? "a network" : "a referrer";
        return $"a bonus of {phrases.Money(AmountMinor)} {(EveryDeal ? "for every deal of the window" : "once")} when {who}'s {reached}";
    }
}

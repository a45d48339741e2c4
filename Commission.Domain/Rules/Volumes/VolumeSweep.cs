namespace Commission.Domain.Rules.Volumes;

/// <summary>Walks contributions in canonical order and keeps what comes before each.</summary>
/// <param name="component">The accumulating component.</param>
/// <param name="stage">Which of its accumulators this is.</param>
/// <param name="total">What all contributions add up to.</param>
internal sealed class VolumeSweep(Component component, int stage, long total)
{
    private int _index;
    private long _before;
    private long _poolBefore;

    /// <summary>The contribution's place, and its pool: after the last accumulator what is split, before it what the next one gets.</summary>
    public (VolumePosition Position, long Pool) Next(VolumeContribution contribution, IReadOnlyList<PartyCredit> credited)
    {
        var position = PositionOf(contribution, credited);
        if (contribution.Withdrawn)
            return (position, 0);
        var input = new PoolInput(contribution.Basis, contribution.BandValue, position, contribution.Month);
        var unlimited = component.Exact(input).Pool;
        var entering = Limits.Entering(component, input, unlimited, position, stage);
        var pool = stage == component.Stages.Count - 1
            ? Limits.Of(component, input, unlimited, position)
            : Limits.Capped(component.Stages[stage].CapMinor, _poolBefore, entering);
        _index++;
        _before = checked(_before + contribution.BandValue);
        _poolBefore = checked(_poolBefore + entering);
        return (position, pool);
    }

    private VolumePosition PositionOf(VolumeContribution contribution, IReadOnlyList<PartyCredit> credited)
    {
        var (id, month, place) = (contribution.Id, contribution.Month, contribution.Place);
        var position = place is null
            ? new VolumePosition(component.Name, id, _index, _before, total, _poolBefore, month, credited, contribution.Withdrawn)
            : new VolumePosition(component.Name, id, place.Index, place.Before, place.Total, place.PoolsBeforeMinor[0], month, credited, contribution.Withdrawn)
            {
                FurtherBeforeMinor = [.. place.PoolsBeforeMinor[1..], _poolBefore],
            };
        return contribution.Reached.Length == 0 ? position : position with { Reached = contribution.Reached };
    }
}

using System.Collections.Concurrent;
using System.Collections.Frozen;
using Commission.Domain;
using Commission.Domain.Deals;
using Commission.Domain.Rules;
using Commission.Domain.Rules.Gating;
using Commission.Grains.Interfaces;
using Commission.Grains.Interfaces.Rules;

namespace Commission.Grains.Rules;

/// <summary>A vertical as this silo last saw it, with its parsed documents.</summary>
internal sealed record KnownVertical(VerticalFacts Facts, RuleSetState State, long At);

/// <summary>
/// Verticals and parsed rule sets of this silo. A version that supersedes another always starts on a later day, so a copy
/// that is a few seconds old never chooses the wrong one; a decision that it would refuse is taken again on a fresh copy.
/// </summary>
internal sealed class RuleSetDirectory(IGrainFactory grains, TimeProvider time)
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(5);
    private const int MaxDocuments = 2_000;

    private readonly ConcurrentDictionary<string, KnownVertical> _verticals = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, RuleSetDocument> _documents = new(StringComparer.Ordinal);

    /// <summary>A vertical, or null when there is none.</summary>
    public async ValueTask<KnownVertical?> FindAsync(string code, bool fresh)
    {
        if (!VerticalCode.IsValid(code))
            return null;
        if (!fresh && _verticals.TryGetValue(code, out var known) && time.GetElapsedTime(known.At) < MaxAge)
            return known;
        var state = await grains.GetGrain<IRuleSetGrain>(GrainKeys.OfVertical(code)).Get();
        if (state is null)
            return null;
        var products = state.Products.Select(product => product.Code).ToFrozenSet(StringComparer.Ordinal);
        var facts = new VerticalFacts(state.Code, products) { Closures = [.. RuleSetMachine.GatesOf(state).OfType<ClosedFrom>()] };
        return _verticals[code] = new KnownVertical(facts, state, time.GetTimestamp());
    }

    /// <summary>The document in force on a referral date, or null.</summary>
    public RuleSetDocument? ActiveOn(KnownVertical vertical, DateOnly referredOn) =>
        vertical.State.ActiveOn(referredOn) is { } version ? Parsed(version) : null;

    /// <summary>The pinned document of a deal.</summary>
    public async ValueTask<RuleSetDocument?> FindDocumentAsync(string vertical, Hash hash)
    {
        if (_documents.TryGetValue(hash.ToString(), out var known))
            return known;
        foreach (var fresh in new[] { false, true })
        {
            var found = await FindAsync(vertical, fresh);
            if (found?.State.Versions.FirstOrDefault(version => version.Hash == hash.ToString()) is { } version)
                return Parsed(version);
        }
        return null;
    }

    private RuleSetDocument Parsed(RuleSetVersion version)
    {
        if (_documents.TryGetValue(version.Hash, out var known))
            return known;
        var document = RuleSetLifecycle.DocumentOf(version);
        if (_documents.Count >= MaxDocuments)
            _documents.Clear();
        return _documents[version.Hash] = document;
    }
}

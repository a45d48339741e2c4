using System.Globalization;
using Commission.Domain;
using Commission.Domain.Ledger;
using Commission.Storage.Ledger;

namespace Commission.Api.Rules.Simulation;

/// <summary>What the books of a simulated world say, read and verified from their bytes once all is over.</summary>
internal sealed class DealFlowBooks(World world, IReadOnlyDictionary<string, int> memberOf)
{
    private const int PageSize = 1_000;
    private readonly SortedDictionary<string, FlowTotal> _totals = new(StringComparer.Ordinal);
    private readonly SortedDictionary<(string Vertical, string Currency), long> _verticals = [];
    private readonly SortedDictionary<(string Month, string Currency), long> _months = [];
    private readonly SortedDictionary<(int Member, string Currency), long> _members = [];
    private readonly SortedDictionary<(int Member, string Month, string Currency), long> _memberMonths = [];

    /// <summary>The ledger's name.</summary>
    public string Ledger => world.NameOf(Books.Ledger);

    /// <summary>The name of the handshakes' book.</summary>
    public string Handshakes => world.NameOf(Books.Handshakes);

    public long Entries { get; private set; }

    public long Leaves { get; private set; }

    /// <summary>What is wrong with a book, or null.</summary>
    public string? Fault { get; private set; }

    public IReadOnlyDictionary<string, FlowTotal> Totals => _totals;

    public IEnumerable<FlowFigure> ByVertical => _verticals.Select(one => new FlowFigure(one.Key.Vertical, one.Key.Currency, one.Value));

    public IEnumerable<FlowFigure> ByMonth => _months.Select(one => new FlowFigure(one.Key.Month, one.Key.Currency, one.Value));

    public IEnumerable<FlowFigure> ByMember => _members.Select(one => new FlowFigure(Name(one.Key.Member), one.Key.Currency, one.Value));

    /// <summary>Months of members, for limits.</summary>
    public IEnumerable<FlowFigure> ByMemberMonth =>
        _memberMonths.Select(one => new FlowFigure($"{Name(one.Key.Member)} {one.Key.Month}", one.Key.Currency, one.Value));

    public async Task ReadAsync(LedgerQueries ledger, CancellationToken cancellationToken)
    {
        Leaves = await ReadAsync(ledger, Handshakes, _ => { }, cancellationToken);
        Entries = await ReadAsync(ledger, Ledger, Add, cancellationToken);
    }

    private async Task<long> ReadAsync(LedgerQueries ledger, string book, Action<EntryLeaf> add, CancellationToken cancellationToken)
    {
        var verifier = new BookVerifier(book);
        while (await ledger.ReadLeavesAsync(book, verifier.Head.Size, PageSize, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var (bytes, _) in page)
            {
                if (verifier.Next(bytes) is { } fault)
                {
                    Fault ??= $"{book}: {fault}";
                    return verifier.Head.Size;
                }
                if (LeafEncoding.Decode(bytes) is EntryLeaf entry)
                    add(entry);
            }
        }
        return verifier.Head.Size;
    }

    /// <summary>An entry owes somebody what a vertical brings, or takes it back.</summary>
    private void Add(EntryLeaf leaf)
    {
        var (entry, currency) = (leaf.Entry, leaf.Entry.Amount.Currency.Code);
        var owed = entry.Debit.StartsWith(Accounts.ReceivablePrefix, StringComparison.Ordinal);
        var (vertical, party) = owed ? (entry.Debit, entry.Credit) : (entry.Credit, entry.Debit);
        var amount = owed ? entry.Amount.Minor : -entry.Amount.Minor;
        var month = entry.EffectiveOn.ToString("yyyy-MM", CultureInfo.InvariantCulture);
        var total = _totals.GetValueOrDefault(currency) ?? new FlowTotal(0, 0, 0);
        _totals[currency] = new FlowTotal(
            total.CommissionMinor + amount, total.PlatformMinor + (party == Accounts.PlatformFee ? amount : 0),
            total.ClawedBackMinor - (entry.Kind == EntryKind.Clawback ? amount : 0));
        Add(_verticals, (vertical[Accounts.ReceivablePrefix.Length..], currency), amount);
        Add(_months, (month, currency), amount);
        if (!memberOf.TryGetValue(party, out var member))
            return;
        Add(_members, (member, currency), amount);
        Add(_memberMonths, (member, month, currency), amount);
    }

    private static void Add<TKey>(SortedDictionary<TKey, long> sums, TKey key, long amount) where TKey : notnull =>
        sums[key] = sums.GetValueOrDefault(key) + amount;

    private static string Name(int member) => string.Create(CultureInfo.InvariantCulture, $"member-{member:0000}");
}

/// <summary>Net of what was taken back, minor units.</summary>
/// <param name="CommissionMinor">Of all parties together.</param>
/// <param name="PlatformMinor">The platform's part.</param>
/// <param name="ClawedBackMinor">What clawbacks took.</param>
internal sealed record FlowTotal(long CommissionMinor, long PlatformMinor, long ClawedBackMinor);

/// <summary>A figure of a vertical, a month or a member.</summary>
internal sealed record FlowFigure(string Name, string Currency, long CommissionMinor);

using System.Data;
using Commission.Domain.Guarantees;
using Commission.Storage.Guarantees.SelfTest;
using Commission.Storage.Payouts;
using Orleans.Serialization;

namespace Commission.Storage.Guarantees;

/// <summary>Runs checks over whole books. A test blinds one here, to see that the self-test then fails.</summary>
public delegate Task<CheckedBooks> JudgeBooks(GuaranteeCheck check, CancellationToken cancellationToken);

/// <summary>
/// Copies the latest deals to the scratch schema, breaks each guarantee there in every way that is known, and tells which
/// checks saw it. One transaction holds it all and is rolled back: the real tables are read, the scratch schema stays empty.
/// </summary>
/// <param name="scratchConnection">Opens the scratch schema.</param>
/// <param name="serializer">Reads states.</param>
/// <param name="vault">Opens files.</param>
/// <param name="judge">The checks that are tested.</param>
public sealed class SelfTestBench(ScratchConnection scratchConnection, Serializer serializer, PayeeVault vault, JudgeBooks judge)
{
    private const int MaxDeals = 50;

    /// <summary>Runs all breaks.</summary>
    /// <param name="run">The run's id.</param>
    /// <param name="relyingParty">The host that authenticators were registered for.</param>
    /// <param name="limits">When, and what "in time" means.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<SelfTestReport> RunAsync(string run, string relyingParty, ServiceLimits limits, CancellationToken cancellationToken)
    {
        await using var connection = await scratchConnection.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        using var scratch = new ScratchBooks(connection);
        await scratch.MakeTablesAsync(cancellationToken);
        var (books, deals) = await new BookCopier(connection, serializer).CopyAsync(MaxDeals, cancellationToken);
        if (deals.FirstOrDefault(IsWhole) is not { } deal)
            return new SelfTestReport(run, limits.Now, deals.Count, [new Violation("books", "there is no complete deal with entries yet: nothing can be broken")], []);
        var payouts = new ScratchPayouts(connection, serializer, vault, limits);
        await scratch.WriteAsync(books, cancellationToken);
        books = await payouts.MakeAsync(books, deal, cancellationToken);
        await scratch.WriteAsync(books, cancellationToken);
        await scratch.SignAsync(cancellationToken);
        var signed = scratch.Memory;
        Task<CheckedBooks> CheckAsync(SignerMemory memory) =>
            judge(new GuaranteeCheck(connection, new CheckContext(serializer, vault, relyingParty, memory, limits)), cancellationToken);
        var baseline = await CheckAsync(signed);
        var seen = new List<SeenBreak>();
        foreach (var one in Breaks.All.Where(one => one.IsPossible(payouts)))
        {
            await transaction.SaveAsync("whole", cancellationToken);
            var subject = new Subject(connection, serializer, scratch, payouts, books, deal);
            await one.ApplyAsync(subject, cancellationToken);
            var found = await CheckAsync(subject.Memory);
            await transaction.RollbackAsync("whole", cancellationToken);
            scratch.Remember(signed);
            var by = found.Outcomes.Where(outcome => outcome.Verdict == Verdict.Broken).ToList();
            var first = by.Find(outcome => outcome.Guarantee == one.Target)?.Violations[0];
            seen.Add(new SeenBreak(one.Name, one.Target, [.. by.Select(outcome => outcome.Guarantee)], first));
        }
        return new SelfTestReport(run, limits.Now, deals.Count, [.. baseline.Outcomes.SelectMany(outcome => outcome.Violations)], seen);
    }

    private static bool IsWhole(DealDossier dossier) =>
        dossier.IsComplete && dossier.Faults.Count == 0 && dossier.Entries.Any(entry => entry.Facts is not null);
}

using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Commission.Domain;
using Commission.Domain.Payouts;
using Commission.Grains.Interfaces.Payouts;
using Commission.Storage.Payouts;
using Npgsql;

namespace Commission.Grains.Payouts;

/// <summary>
/// Makes the rows of a draft in its transaction. Drafts wait for each other, so that each sees what the others took; should two meet all
/// the same, the unique index on entries lets one of them through.
/// </summary>
internal sealed class PayoutDrafting(PayoutSelection selection, PayoutStore store, TimeProvider time) : IDisposable
{
    private const string EntryOnce = "payout_line_entry_once";
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Selects, and hands the items with the open transaction to who decides; or says why there is nothing to decide.</summary>
    public async Task<Refusal?> DraftAsync(
        DraftPayoutBatch command, PayoutFilter filter, Func<PayoutTransaction, IReadOnlyList<PayoutItem>, Task<Refusal?>> decide)
    {
        await _turn.WaitAsync();
        try
        {
            await using var transaction = await store.BeginAsync();
            await transaction.HoldDraftsAsync(CancellationToken.None);
            var items = new List<(PayoutItem Item, ItemTax Tax)>();
            await transaction.WriteLinesAsync(command.Id, ItemsAsync(command, filter, items, CancellationToken.None), CancellationToken.None);
            if (items.Count == 0)
                return new Refusal(RefusalCodes.NothingToPay, "Nobody can be paid: GET /api/v1/payout-eligibility says why, payee by payee.");
            await transaction.WriteItemsAsync(command.Id, items, CancellationToken.None);
            return await decide(transaction, items.ConvertAll(drafted => drafted.Item));
        }
        catch (PostgresException error) when (error.ConstraintName == EntryOnce)
        {
            return new Refusal(RefusalCodes.Busy, "Another batch took some of the entries at the same moment. Nothing was done; try again.");
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async IAsyncEnumerable<DraftedItem> ItemsAsync(
        DraftPayoutBatch command, PayoutFilter filter, List<(PayoutItem Item, ItemTax Tax)> items, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await foreach (var selected in selection.ReadAsync(command.Rail, command.Currency, filter, cancellationToken))
        {
            if (selected.Lines.Count == 0)
                continue;
            if (items.Count == PayoutBatchMachine.MaxItems)
                yield break;
            var item = new PayoutItem
            {
                Number = items.Count + 1,
                Payee = selected.Eligibility.Payee,
                Amounts = selected.Amounts,
                Lines = selected.Lines.Count,
                LinesHash = PayoutLines.HashOf(selected.Lines.Select(line => (line.Entry, line.AmountMinor))),
                Destination = selected.Destination!.Value,
                Since = now,
                Salt = new Hash(RandomNumberGenerator.GetBytes(Hash.Size)),
            };
            items.Add((item, selected.Tax));
            yield return new DraftedItem(item, selected.Lines);
        }
    }
}

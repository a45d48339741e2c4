using Commission.Domain;
using Commission.Domain.Payouts;
using Commission.Domain.Payouts.Aba;
using Commission.Domain.Payouts.Calendar;
using Commission.Grains.Interfaces.Payouts;
using Commission.Storage.Payouts;
using Microsoft.Extensions.Options;

namespace Commission.Grains.Payouts;

/// <summary>Direct entry files of batches: made once, stored encrypted, read back whenever they are handed out.</summary>
internal sealed class PayoutFiles(
    PayoutQueries queries, PayoutStore store, PayeeVault vault, PayoutSelection selection, IOptions<PayerOptions> payer)
{
    /// <summary>Why no file of this date could be written, asked before anything is submitted; or null.</summary>
    public Refusal? Trial(PayoutBatchId batch, DateOnly processOn)
    {
        var (order, refusal) = payer.Value.Order(processOn, ReferenceOf(batch), []);
        return order is null
            ? refusal
            : AbaWriter.Write(order with { Payments = [new AbaPayment(order.Source, 1, PayoutReference.Of(batch, 1, 1))] }).Refusal;
    }

    /// <summary>Makes files of the items that are on their way and in none.</summary>
    public async Task MakeAsync(PayoutBatchState batch, int version)
    {
        var items = await queries.ListUnfiledAsync(batch.Id);
        if (items.Count == 0)
            return;
        var made = (await queries.ListFilesAsync(batch.Id)).Count;
        var processOn = batch.ProcessOn!.Value >= selection.Today ? batch.ProcessOn.Value : BusinessCalendar.OnOrAfter(Region.National, selection.Today)!.Value;
        var payments = items.ConvertAll(row => new AbaPayment(
            vault.Open(row.Account!), row.Item.Amounts.PayMinor, PayoutReference.Of(batch.Id, row.Item.Number, row.Item.Attempt)));
        var (order, refusal) = payer.Value.Order(processOn, ReferenceOf(batch.Id), payments);
        var (files, unwritable) = order is null ? (null, refusal) : AbaWriter.Write(order);
        if (files is null)
            throw new InvalidOperationException($"The file of {batch.Id} cannot be written: {unwritable!.Text}");
        var stored = files.Select((file, index) => new StoredPayoutFile(
            made + index + 1, file.Hash, vault.SealFile(file.Bytes), file.Document.Totals.Records, file.Document.Totals.CreditMinor, processOn)).ToList();
        var parts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (index, file) in files.Index())
        {
            foreach (var detail in file.Document.Details)
                parts.TryAdd(detail.Reference.Split('/')[0], made + index + 1);
        }
        await using var transaction = await store.BeginAsync();
        await transaction.WriteFilesAsync(
            batch.Id, version, stored,
            [.. items.Select(row => (row.Item.Number, parts[PayoutReference.Of(batch.Id, row.Item.Number, row.Item.Attempt)]))], CancellationToken.None);
    }

    /// <summary>A file's bytes; they were checked against their hash and parse as a direct entry file.</summary>
    public async Task<byte[]?> ReadAsync(PayoutBatchId batch, int part)
    {
        var files = await queries.ListFilesAsync(batch, part);
        return files.Count == 0 ? null : Checked(files[0]).Bytes;
    }

    /// <summary>Finds the items of a bank's returns.</summary>
    public async Task<(IReadOnlyList<ReturnedItem> Matched, IReadOnlyList<string> Problems, Refusal? Refusal)> MatchAsync(PayoutBatchId batch, byte[] bytes)
    {
        var (file, refusal) = AbaReturns.Read(bytes);
        if (file is null)
            return ([], [], refusal);
        var sent = (await queries.ListFilesAsync(batch)).SelectMany(stored => Checked(stored).Document.Details).ToList();
        var (matched, problems) = (new List<ReturnedItem>(), new List<string>());
        foreach (var match in AbaReturns.Match(sent, file))
        {
            var reference = match.Return.Record.Reference;
            if (match.Payment is null)
                problems.Add($"{reference}: {match.Problem}");
            else if (ItemOf(batch, reference) is not { } item)
                problems.Add($"{reference}: a part of a payment came back; see to it by hand.");
            else
                matched.Add(new ReturnedItem(item.Number, item.Attempt, match.Return.Record.AmountMinor, match.Return.Reason));
        }
        return (matched, problems, null);
    }

    /// <summary>What a bank's report of one of the files means for its items; nothing is moved yet.</summary>
    public async Task<PayoutAcknowledgement> AcknowledgeAsync(PayoutBatchId batch, byte[] bytes)
    {
        var (report, refusal) = AbaAcknowledgementReader.Read(bytes);
        if (report is null)
            return new PayoutAcknowledgement(default, 0, "", [], [], refusal);
        var stored = (await queries.ListFilesAsync(batch)).FirstOrDefault(file => PayoutReference.FileNameOf(batch, file.Part) == report.FileName);
        if (stored is null)
        {
            return new PayoutAcknowledgement(report.Status, 0, report.Message, [], [], new Refusal(
                RefusalCodes.UnknownPayout, $"The report is about {report.FileName}; the files of this batch are named {PayoutReference.FileNameOf(batch, 1)} and so on.", "report.OriginalFilename"));
        }
        string[] issues = [.. report.Issues.Select(issue => $"{issue.Code}{(issue.Item is { } item ? $" record {item}" : "")}: {issue.Text}")];
        if (report.Status != AbaFileStatus.Rejected)
            return new PayoutAcknowledgement(report.Status, stored.Part, report.Message, [], issues, null);
        var reason = $"The bank rejected the file: {string.Join("; ", issues.Prepend(report.Message).Where(text => text.Length > 0))}";
        var items = Checked(stored).Document.Details.Where(detail => detail.Code != AbaDetail.Debit)
            .GroupBy(detail => detail.Reference.Split('/')[0])
            .Select(parts => (Item: ItemOf(batch, parts.Key)!.Value, Minor: parts.Sum(part => part.AmountMinor)))
            .Select(paid => new ReturnedItem(paid.Item.Number, paid.Item.Attempt, paid.Minor, Cut(reason)));
        return new PayoutAcknowledgement(report.Status, stored.Part, report.Message, [.. items], [], null);
    }

    private static string Cut(string reason)
    {
        const int Longest = 1_000;
        var plain = string.Concat(reason.Select(letter => char.IsControl(letter) ? ' ' : letter));
        return plain.Length <= Longest ? plain : plain[..Longest];
    }

    private static string ReferenceOf(PayoutBatchId batch) => batch.ToString()[^7..].ToUpperInvariant();

    private (byte[] Bytes, AbaDocument Document) Checked(StoredPayoutFile stored)
    {
        var bytes = vault.OpenFile(stored);
        var (document, refusal) = AbaReader.Read(bytes);
        return document is null ? throw new InvalidDataException($"Part {stored.Part} does not read back: {refusal!.Text}") : (bytes, document);
    }

    private static (int Number, int Attempt)? ItemOf(PayoutBatchId batch, string reference)
    {
        var parts = reference.Split('-')[^1].Split('R');
        return int.TryParse(parts[0], out var number) && int.TryParse(parts.Length > 1 ? parts[1] : "1", out var attempt)
            && PayoutReference.Of(batch, number, attempt) == reference
                ? (number, attempt)
                : null;
    }
}

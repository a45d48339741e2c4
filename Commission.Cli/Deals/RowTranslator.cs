using System.Globalization;
using System.Text;
using Commission.Cli.Deals.Csv;
using Commission.Cli.Deals.Expressions;
using Commission.Cli.Deals.Mappings;
using Commission.Cli.Members;

namespace Commission.Cli.Deals;

/// <summary>Turns records into referrals, one after the other; what is wrong with a record is an outcome and stops nothing.</summary>
internal sealed class RowTranslator(ImportMapping mapping, RowSchema schema)
{
    private const int KeyLimit = 200;
    private const int NameLimit = 200;

    /// <summary>The largest whole number that every JSON reader keeps exactly (RFC 8785, RFC 7493).</summary>
    private const long AmountLimit = 9_007_199_254_740_991;

    private readonly Dictionary<string, int> _lineOfKey = new(StringComparer.Ordinal);
    private int _rows;
    private string? _field;

    public RowOutcome Translate(CsvRecord record)
    {
        _rows++;
        if (record.FaultCode is { } code)
            return Bad(record, null, code, null, record.Fault!);

        string? key = null;
        _field = null;
        try
        {
            var row = schema.RowOf(record, _rows);
            if (!Passes(row))
                return default;
            key = Key(row);
            if (!_lineOfKey.TryAdd(key, record.Line))
                return Bad(record, key, "DUPLICATE_KEY", "key", $"the key stands already on line {_lineOfKey[key]}");
            return new RowOutcome(Translate(row, key, record.Line), null);
        }
        catch (ExpressionException problem)
        {
            return Bad(record, key, problem.Code, _field, problem.Message);
        }
    }

    private static RowOutcome Bad(CsvRecord record, string? key, string code, string? field, string reason) =>
        new(null, new BadRow(record.Line, key, code, field, reason));

    private Referral Translate(IRow row, string key, int line)
    {
        var target = StageOf(row);
        var referral = new Referral
        {
            Line = line,
            Key = key,
            Stage = target.Stage,
            Vertical = Code(row, "vertical", mapping.Vertical),
            Product = Code(row, "product", mapping.Product),
            Referrer = Contact(row, "referrer", mapping.Referrer) ?? throw Missing("the referrer"),
            Upline = mapping.Upline is { } upline ? Contact(row, "upline", upline) : null,
            Receiver = Contact(row, "receiver", mapping.Receiver) ?? throw Missing("the receiver"),
            Client = Contact(row, "client", mapping.Client) ?? throw Missing("the client"),
            Dates = Dates(row, target),
            SettledValueMinor = target.Stage is Stage.Settled or Stage.Complete ? Amount(row) : null,
            Reason = target.Ends ? Reason(row) : null,
        };
        if (referral.Upline == referral.Referrer)
        {
            _field = "upline";
            throw new ExpressionException("UPLINE_IS_REFERRER", $"'{referral.Referrer.Name}' cannot be their own upline");
        }

        return referral;
    }

    private bool Passes(IRow row)
    {
        _field = "where";
        return mapping.Where is not { } where || Evaluator.Truth(where.Root, row);
    }

    private string Key(IRow row)
    {
        _field = "key";
        var own = Evaluator.Text(mapping.Key.Root, row);
        if (own.Length == 0)
            throw Missing("the key");
        var key = $"{mapping.Source}:{VisibleAscii(own)}";
        return key.Length <= KeyLimit ? key : throw new ExpressionException("KEY_TOO_LONG", $"the key is longer than {KeyLimit} characters");
    }

    /// <summary>The server takes visible ASCII; the rest is percent-encoded, '%' too, so that two keys never become one.</summary>
    private static string VisibleAscii(string text)
    {
        var key = new StringBuilder(text.Length);
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is > ' ' and < 0x7F and not '%')
            {
                key.Append((char)rune.Value);
                continue;
            }

            foreach (var b in bytes[..rune.EncodeToUtf8(bytes)])
                key.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
        }

        return key.ToString();
    }

    private StageTarget StageOf(IRow row)
    {
        _field = "stage";
        var text = Evaluator.Text(mapping.StageValue.Root, row);
        if (mapping.Stages is null)
            return StageTarget.Parse(text) ?? throw new ExpressionException("STAGE_UNMAPPED", $"'{text}' is not a stage");
        return mapping.Stages.TryGetValue(text, out var target)
            ? target
            : throw new ExpressionException("STAGE_UNMAPPED", $"the mapping says nothing about the stage '{text}'");
    }

    private string Code(IRow row, string field, MappedExpression expression)
    {
        _field = field;
        var code = Evaluator.Text(expression.Root, row);
        return SetupReader.IsCode(code) ? code : throw new ExpressionException("CODE_INVALID", $"'{code}' is not {SetupReader.CodeRule}");
    }

    private ContactName? Contact(IRow row, string field, MappedContact contact)
    {
        _field = field;
        var name = Evaluator.Text(contact.Name.Root, row);
        if (name.Length > NameLimit)
            throw new ExpressionException("NAME_TOO_LONG", $"the name is longer than {NameLimit} characters");
        return name.Length == 0 ? null : new ContactName(contact.Type, name);
    }

    private List<(Step, DateOnly)> Dates(IRow row, StageTarget target)
    {
        var dates = new List<(Step Step, DateOnly Date)> { (Step.Referred, NeededDate(row, Step.Referred)) };
        foreach (var step in Steps.Possible(target))
        {
            if (Date(row, step) is not { } date)
                break;
            dates.Add((step, date));
        }

        foreach (var step in Steps.Needed(target))
            dates.Add((step, NeededDate(row, step)));
        for (var i = 1; i < dates.Count; i++)
        {
            _field = Name(dates[i].Step);
            if (dates[i].Date < dates[i - 1].Date)
                throw new ExpressionException("DATE_ORDER", $"{dates[i].Date:yyyy-MM-dd} is before {Name(dates[i - 1].Step)}, {dates[i - 1].Date:yyyy-MM-dd}");
        }

        return dates;
    }

    private DateOnly NeededDate(IRow row, Step step) => Date(row, step) ?? throw Missing("the date");

    private DateOnly? Date(IRow row, Step step)
    {
        _field = Name(step);
        return mapping.Dates.TryGetValue(step, out var date) ? DateExpression.Evaluate(date.Date.Root, row, date.Formats) ?? date.Default : null;
    }

    private long Amount(IRow row)
    {
        _field = "amountMinor";
        if (mapping.AmountMinor is not { } expression)
            throw Missing("the amount");
        var amount = Evaluator.Number(expression.Root, row);
        if (!amount.IsInteger)
            throw new ExpressionException("AMOUNT_NOT_WHOLE", $"{amount} is not a whole number of minor units; round it in the mapping");
        if (amount <= default(Ratio))
            throw new ExpressionException("AMOUNT_NOT_POSITIVE", $"{amount} is not a positive amount");
        return amount <= Ratio.Of(AmountLimit) ? (long)amount.Numerator : throw new ExpressionException("OVERFLOW", $"{amount} is too large for an amount");
    }

    private string? Reason(IRow row)
    {
        _field = "reason";
        var reason = mapping.Reason is { } expression ? Evaluator.Text(expression.Root, row) : "";
        return reason.Length == 0 ? null : reason;
    }

    private static string Name(Step step) => step.ToString().ToLowerInvariant();

    private static ExpressionException Missing(string what) => new("VALUE_MISSING", $"{what} is empty");
}

using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Commission.Cli.Deals.Csv;
using Commission.Cli.Deals.Expressions;

namespace Commission.Cli.Deals.Mappings;

/// <summary>Reads a mapping file strictly: what is unknown, missing or of the wrong kind is refused with its JSON path.</summary>
internal static partial class MappingReader
{
    private static readonly JsonDocumentOptions Options = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        AllowDuplicateProperties = false,
    };

    static MappingReader() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    public static ImportMapping Read(string path)
    {
        try
        {
            return Parse(File.ReadAllBytes(path), Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new MappingException(path, problem.Message);
        }
    }

    /// <param name="json">The mapping.</param>
    /// <param name="folder">Where the rule set documents are that the mapping names.</param>
    public static ImportMapping Parse(ReadOnlyMemory<byte> json, string folder)
    {
        try
        {
            if (json.Span.StartsWith(Encoding.UTF8.Preamble))
                json = json[Encoding.UTF8.Preamble.Length..];
            using var document = JsonDocument.Parse(json, Options);
            return ReadRoot(new MappingObject(new MappingValue(document.RootElement.Clone(), "$")), folder);
        }
        catch (JsonException problem)
        {
            throw new MappingException("$", $"not valid JSON: {problem.Message}");
        }
    }

    private static ImportMapping ReadRoot(MappingObject root, string folder)
    {
        root.Optional("$schema");
        var csv = ReadCsv(root);
        var formats = root.Optional("dateFormats") is { } given ? ReadFormats(given) : ["yyyy-MM-dd"];
        var (stageValue, stages) = ReadStage(root.Required("stage"));
        var mapping = new ImportMapping
        {
            Source = Matching(root.Required("source"), SourcePattern(), "lower-case letters, digits, '-', '.' or '_', at most 40"),
            Currency = Matching(root.Required("currency"), CurrencyPattern(), "a currency code such as AUD"),
            Csv = csv,
            Numbers = ReadNumbers(root.Optional("numbers")),
            Columns = ReadColumns(root.Optional("columns")),
            Lookups = ReadLookups(root.Optional("lookups"), csv),
            Where = Maybe(root.Optional("where"), Expression),
            Key = Expression(root.Required("key")),
            Referrer = Contact(root.Required("referrer"), "MEMBER", "MEMBER", "PARTNER"),
            Upline = Maybe(root.Optional("upline"), value => Contact(value, "MEMBER", "MEMBER", "PARTNER")),
            Receiver = Contact(root.Required("receiver"), "MEMBER", "MEMBER", "PARTNER"),
            Client = Contact(root.Required("client"), "CUSTOMER", "CUSTOMER"),
            Vertical = Expression(root.Required("vertical")),
            Product = Expression(root.Required("product")),
            StageValue = stageValue,
            Stages = stages,
            Dates = ReadDates(root.Required("dates"), formats),
            AmountMinor = Maybe(root.Optional("amountMinor"), Expression),
            Reason = Maybe(root.Optional("reason"), Expression),
            Setup = SetupReader.Read(root.Optional("setup"), folder),
        };
        root.Done();
        RequireWhatTheStagesNeed(mapping);
        return mapping;
    }

    internal static MappedExpression Expression(MappingValue value)
    {
        try
        {
            return new MappedExpression(value.Path, Parser.Parse(value.Text()));
        }
        catch (ExpressionException problem)
        {
            throw new MappingException(value.Path, $"'{value.Text()}' is not an expression: {problem.Message}");
        }
    }

    internal static string Matching(MappingValue value, Regex pattern, string expected) =>
        pattern.IsMatch(value.Text()) ? value.Text() : throw value.Wrong(expected);

    private static CsvFormat ReadCsv(MappingObject owner) => new(
        owner.Optional("delimiter")?.Character() ?? ',',
        ReadEncoding(owner.Optional("encoding")),
        owner.Optional("skipLines")?.Whole(0, 1000) ?? 0,
        Maybe(owner.Optional("headers"), headers => headers.List().ConvertAll(header => header.Text())),
        owner.Optional("trim")?.Flag() ?? true);

    private static Encoding ReadEncoding(MappingValue? value)
    {
        if (value is not { } encoding)
            return Encoding.UTF8;
        return encoding.Text() switch
        {
            "utf-8" => Encoding.UTF8,
            "utf-16" => Encoding.Unicode,
            "latin1" => Encoding.Latin1,
            "windows-1252" => Encoding.GetEncoding(1252),
            _ => throw encoding.Wrong("utf-8, utf-16, latin1 or windows-1252"),
        };
    }

    private static NumberFormat ReadNumbers(MappingValue? value)
    {
        if (value is not { } numbers)
            return NumberFormat.Plain;
        var owner = new MappingObject(numbers);
        var format = new NumberFormat(
            owner.Optional("decimalMark")?.Character() ?? '.',
            owner.Optional("groupMark")?.Character(),
            Maybe(owner.Optional("remove"), remove => remove.List().ConvertAll(NonEmpty)) ?? []);
        owner.Done();
        return format.DecimalMark == format.GroupMark
            ? throw new MappingException(numbers.Path, "decimalMark and groupMark must differ")
            : format;
    }

    private static string NonEmpty(MappingValue value) => value.Text().Length > 0 ? value.Text() : throw value.Wrong("a text");

    private static Dictionary<string, MappedColumn> ReadColumns(MappingValue? value)
    {
        var columns = new Dictionary<string, MappedColumn>(StringComparer.Ordinal);
        foreach (var (name, column) in value?.Members() ?? [])
        {
            var owner = new MappingObject(column);
            var map = owner.Optional("map")?.Members().ToDictionary(pair => pair.Key, pair => pair.Value.Text(), StringComparer.Ordinal);
            columns.Add(name, new MappedColumn(column.Path, map ?? [], owner.Optional("default")?.Text()));
            owner.Done();
        }

        return columns;
    }

    private static Dictionary<string, MappedLookup> ReadLookups(MappingValue? value, CsvFormat format)
    {
        var lookups = new Dictionary<string, MappedLookup>(StringComparer.Ordinal);
        foreach (var (name, lookup) in value?.Members() ?? [])
        {
            if (!LookupPattern().IsMatch(name))
                throw new MappingException(lookup.Path, "the name of a lookup is made of letters, digits and '_'");
            var owner = new MappingObject(lookup);
            lookups.Add(name, new MappedLookup(
                lookup.Path,
                owner.Required("file").Text(),
                owner.Required("key").Text(),
                Expression(owner.Required("on")),
                owner.Optional("optional")?.Flag() ?? false,
                format with { SkipLines = 0, Headers = null, Delimiter = owner.Optional("delimiter")?.Character() ?? format.Delimiter }));
            owner.Done();
        }

        return lookups;
    }

    private static MappedContact Contact(MappingValue value, string type, params string[] types)
    {
        if (value.Json.ValueKind != JsonValueKind.Object)
            return new MappedContact(Expression(value), type);

        var owner = new MappingObject(value);
        var name = Expression(owner.Required("name"));
        if (owner.Optional("type") is { } given)
            type = types.Contains(given.Text()) ? given.Text() : throw given.Wrong(string.Join(" or ", types));
        owner.Done();
        return new MappedContact(name, type);
    }

    private static (MappedExpression Value, Dictionary<string, StageTarget>? Stages) ReadStage(MappingValue value)
    {
        if (value.Json.ValueKind != JsonValueKind.Object)
            return (Expression(value), null);

        var owner = new MappingObject(value);
        var expression = Expression(owner.Required("value"));
        var stages = owner.Required("map").Members().ToDictionary(
            pair => pair.Key,
            pair => StageTarget.Parse(pair.Value.Text())
                ?? throw pair.Value.Wrong("intent, acknowledged, intake, settled, complete, withdrawn or declined (the last two may say 'after intake')"),
            StringComparer.Ordinal);
        owner.Done();
        return (expression, stages);
    }

    private static Dictionary<Step, MappedDate> ReadDates(MappingValue value, string[] formats)
    {
        var owner = new MappingObject(value);
        var dates = new Dictionary<Step, MappedDate>();
        foreach (var step in Enum.GetValues<Step>())
        {
            if (owner.Optional(step.ToString().ToLowerInvariant()) is { } date)
                dates.Add(step, ReadDate(date, formats));
        }

        owner.Done();
        return dates;
    }

    private static MappedDate ReadDate(MappingValue value, string[] formats)
    {
        if (value.Json.ValueKind != JsonValueKind.Object)
            return new MappedDate(Expression(value), formats, null);

        var owner = new MappingObject(value);
        var date = new MappedDate(
            Expression(owner.Required("date")),
            owner.Optional("formats") is { } own ? ReadFormats(own) : formats,
            owner.Optional("default") is { } fallback ? ReadDay(fallback) : null);
        owner.Done();
        return date;
    }

    private static DateOnly ReadDay(MappingValue value) =>
        DateOnly.TryParseExact(value.Text(), "yyyy-MM-dd", out var day) ? day : throw value.Wrong("a date as yyyy-MM-dd");

    private static string[] ReadFormats(MappingValue value)
    {
        var formats = value.List();
        if (formats.Count == 0)
            throw value.Wrong("at least one format such as dd/MM/yyyy");
        return [.. formats.Select(format => format.Text() is var text && text.Contains('y') && text.Contains('M') && text.Contains('d')
            ? text
            : throw format.Wrong("a format with y, M and d such as dd/MM/yyyy"))];
    }

    /// <summary>A mapping that lacks the date of a stage would make every such row bad: say so once, before the first row.</summary>
    private static void RequireWhatTheStagesNeed(ImportMapping mapping)
    {
        if (!mapping.Dates.ContainsKey(Step.Referred))
            throw new MappingException("$.dates.referred", "is required");

        var problems = new List<string>();
        foreach (var (text, target) in mapping.Stages ?? new Dictionary<string, StageTarget>())
        {
            foreach (var step in Steps.Needed(target).Where(step => !mapping.Dates.ContainsKey(step)))
                problems.Add($"$.dates.{step.ToString().ToLowerInvariant()}: is required, since $.stage.map.{text} is '{target.Stage.ToString().ToLowerInvariant()}'");
            if (target.Stage is Stage.Settled or Stage.Complete && mapping.AmountMinor is null)
                problems.Add($"$.amountMinor: is required, since $.stage.map.{text} is '{target.Stage.ToString().ToLowerInvariant()}'");
        }

        if (problems.Count > 0)
            throw new MappingException(problems);
    }

    private static TResult? Maybe<TResult>(MappingValue? value, Func<MappingValue, TResult> read)
        where TResult : class => value is { } present ? read(present) : null;

    [GeneratedRegex("^[a-z0-9][a-z0-9._-]{0,39}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SourcePattern();

    [GeneratedRegex("^[A-Z]{3}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CurrencyPattern();

    [GeneratedRegex(@"^[\p{L}_][\p{L}\d_]*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LookupPattern();
}

using System.Text;
using Commission.Domain.Rules.Gating;

namespace Commission.Domain.Rules;

/// <summary>Decides commands to a vertical's rule set. Pure: no clock, no I/O.</summary>
public static class RuleSetMachine
{
    /// <summary>Products of a vertical at most.</summary>
    public const int MaxProducts = 500;
    /// <summary>Versions of a rule set at most.</summary>
    public const int MaxVersions = 1_000;
    /// <summary>Remembered requests; older ones are forgotten.</summary>
    public const int MaxRequests = 1_000;

    /// <summary>Decides one command.</summary>
    public static Decision<RuleSetEvent> Decide(RuleSetState state, RuleSetCommand command, DateTimeOffset now)
    {
        if (command is CreateVertical create)
            return Create(state, create);
        if (!state.Exists)
            return new Refusal(RefusalCodes.UnknownVertical, "No vertical with this code.", "vertical");
        return command switch
        {
            AddProduct add => Add(state, add),
            AddRuleSetVersion version => AddVersion(state, version, now),
            _ => throw new ArgumentOutOfRangeException(nameof(command)),
        };
    }

    /// <summary>Applies one event.</summary>
    public static RuleSetState Evolve(RuleSetState state, RuleSetEvent happened)
    {
        var next = happened switch
        {
            VerticalCreated created => state with
            {
                Code = created.Code,
                Name = created.Name,
                Products = created.Products,
                Gates = created.Gates,
            },
            ProductAdded added => state with { Products = [.. state.Products, added.Product] },
            RuleSetVersionAdded added => state with { Versions = [.. state.Versions, added.Version] },
            _ => throw new ArgumentOutOfRangeException(nameof(happened)),
        };
        return next with { Requests = [.. next.Requests.TakeLast(MaxRequests - 1), happened.Request] };
    }

    private static Decision<RuleSetEvent> Create(RuleSetState state, CreateVertical command)
    {
        if (!VerticalCode.IsValid(command.Code))
            return new Refusal(RefusalCodes.InvalidField, $"code must be {VerticalCode.Expected}.", "code");
        if (state.Exists)
            return new Refusal(RefusalCodes.AlreadyExists, $"The vertical {state.Code} exists.", "code", state.Code);
        if (NameRefusal(command.Name, "name") is { } refusal)
            return refusal;
        if (command.Products.Length > MaxProducts)
            return new Refusal(RefusalCodes.InvalidField, $"At most {MaxProducts} products.", "products");
        for (var i = 0; i < command.Products.Length; i++)
        {
            if (ProductRefusal(command.Products[i], command.Products.Take(i), $"products[{i}].") is { } wrong)
                return wrong;
        }
        var (gates, mistake) = GatesReader.Read(Encoding.UTF8.GetBytes(command.Gates));
        if (gates is null)
            return mistake! with { Field = "gates" + mistake.Field?[1..] };
        return Decision<RuleSetEvent>.Accept(new VerticalCreated(command.Code, command.Name, command.Products, command.Gates, command.Fingerprint));
    }

    private static Refusal? NameRefusal(string? name, string field) =>
        string.IsNullOrWhiteSpace(name) || name.Length > 200 || name.Any(char.IsControl)
            ? new Refusal(RefusalCodes.InvalidField, $"{field} must have 1 to 200 characters and no control characters.", field)
            : null;

    private static Refusal? ProductRefusal(Product product, IEnumerable<Product> known, string path)
    {
        if (!VerticalCode.IsValid(product.Code))
            return new Refusal(RefusalCodes.InvalidField, $"{path}code must be {VerticalCode.Expected}.", path + "code");
        return known.Any(other => other.Code == product.Code)
            ? new Refusal(RefusalCodes.AlreadyExists, $"The product {product.Code} exists.", path + "code", product.Code)
            : NameRefusal(product.Name, path + "name");
    }

    private static Decision<RuleSetEvent> Add(RuleSetState state, AddProduct command)
    {
        if (state.Products.Length >= MaxProducts)
            return new Refusal(RefusalCodes.InvalidField, $"At most {MaxProducts} products.", "code");
        return ProductRefusal(command.Product, state.Products, "") is { } refusal
            ? refusal
            : Decision<RuleSetEvent>.Accept(new ProductAdded(command.Product, command.Fingerprint));
    }

    private static Decision<RuleSetEvent> AddVersion(RuleSetState state, AddRuleSetVersion command, DateTimeOffset now)
    {
        var (document, refusal) = RuleSetReader.Read(command.Document);
        if (document is null)
            return refusal!;
        return (VersionRefusal(state, document, now) ?? GateRefusal(state, document)) is { } wrong
            ? wrong
            : Decision<RuleSetEvent>.Accept(new RuleSetVersionAdded(Version(state, document, command.Actor, now), command.Fingerprint));
    }

    /// <summary>What breaks a gate cannot become a version.</summary>
    private static Refusal? GateRefusal(RuleSetState state, RuleSetDocument document) =>
        Gates.Check(GatesOf(state), document) is [var first, ..] ? first : null;

    /// <summary>The vertical's gates, read.</summary>
    public static IReadOnlyList<Gate> GatesOf(RuleSetState state) =>
        GatesReader.Read(Encoding.UTF8.GetBytes(state.Gates)).Gates ?? throw new InvalidOperationException($"The gates of {state.Code} do not read.");

    private static Refusal? VersionRefusal(RuleSetState state, RuleSetDocument document, DateTimeOffset now)
    {
        if (document.Vertical != state.Code)
            return new Refusal(RefusalCodes.InvalidField, $"$.vertical: expected {state.Code}, found {document.Vertical}.", "$.vertical");
        var unknown = document.Products.Keys.FirstOrDefault(code => state.Products.All(product => product.Code != code));
        if (unknown is not null)
            return new Refusal(RefusalCodes.UnknownProduct, $"$.products: {state.Code} has no product {unknown}.", $"$.products.{unknown}");
        if (state.Versions.Length >= MaxVersions)
            return new Refusal(RefusalCodes.InvalidField, $"At most {MaxVersions} versions.", "$");
        if (state.Versions.Length == 0)
            return null;
        var latest = state.Versions[^1];
        if (latest.Hash == document.Hash.ToString())
            return new Refusal(RefusalCodes.AlreadyExists, "This document is the latest version.", "$", latest.Id);
        var decided = LatestDecided(latest, now);
        return document.EffectiveFrom <= decided
            ? new Refusal(RefusalCodes.RetroactiveVersion,
                $"$.effectiveFrom: expected a date after {decided:yyyy-MM-dd}, found {document.EffectiveFrom:yyyy-MM-dd}. " +
                "Dates that a version already decides stay decided.", "$.effectiveFrom")
            : null;
    }

    /// <summary>
    /// The last referral date that the latest version may have decided: east of Greenwich it is tomorrow already, and a
    /// deal of that date keeps the version it was pinned to.
    /// </summary>
    private static DateOnly LatestDecided(RuleSetVersion latest, DateTimeOffset now)
    {
        var tomorrow = DateOnly.FromDateTime(now.UtcDateTime).AddDays(1);
        return latest.EffectiveFrom > tomorrow ? latest.EffectiveFrom : tomorrow;
    }

    private static RuleSetVersion Version(RuleSetState state, RuleSetDocument document, ContactId? author, DateTimeOffset now) => new(
        RuleSetVersionId.Derive(document.Hash).ToString(), state.Versions.Length + 1, document.EffectiveFrom, document.Hash.ToString(),
        Encoding.UTF8.GetString(document.Canonical), author?.ToString(), now);
}

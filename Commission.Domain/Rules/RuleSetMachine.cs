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
    public static Decision<RuleSetEvent> Decide(RuleSetState state, RuleSetCommand command, RuleSetFacts facts, DateTimeOffset now)
    {
        if (command is CreateVertical create)
            return Create(state, create, now);
        if (!state.Exists)
            return new Refusal(RefusalCodes.UnknownVertical, "No vertical with this code.", "vertical");
        return command switch
        {
            AddProduct add => Add(state, add, now),
            AddRuleSetVersion version => RuleSetLifecycle.Add(state, version, now),
            ProposeRuleSetVersion propose => RuleSetLifecycle.Propose(state, propose, now),
            ApproveRuleSetVersion approve => RuleSetLifecycle.Approve(state, approve, facts, now),
            WithdrawRuleSetVersion withdraw => RuleSetLifecycle.Withdraw(state, withdraw, now),
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
            RuleSetVersionMoved moved => state with
            {
                Versions = [.. state.Versions.Select(version => version.Id == moved.Version.Id ? moved.Version : version)],
            },
            _ => throw new ArgumentOutOfRangeException(nameof(happened)),
        };
        return next with { Requests = [.. next.Requests.TakeLast(MaxRequests - 1), new RuleSetRequest(happened.Request, VersionOf(happened))] };
    }

    private static string? VersionOf(RuleSetEvent happened) => happened switch
    {
        RuleSetVersionAdded added => added.Version.Id,
        RuleSetVersionMoved moved => moved.Version.Id,
        _ => null,
    };

    private static Decision<RuleSetEvent> Create(RuleSetState state, CreateVertical command, DateTimeOffset now)
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
        return Decision<RuleSetEvent>.Accept(new VerticalCreated(
            command.Code, command.Name, command.Products, command.Gates, command.Actor, now, command.Fingerprint));
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

    private static Decision<RuleSetEvent> Add(RuleSetState state, AddProduct command, DateTimeOffset now)
    {
        if (state.Products.Length >= MaxProducts)
            return new Refusal(RefusalCodes.InvalidField, $"At most {MaxProducts} products.", "code");
        return ProductRefusal(command.Product, state.Products, "") is { } refusal
            ? refusal
            : Decision<RuleSetEvent>.Accept(new ProductAdded(command.Product, command.Actor, now, command.Fingerprint));
    }

    /// <summary>The vertical's gates, read.</summary>
    public static IReadOnlyList<Gate> GatesOf(RuleSetState state) =>
        GatesReader.Read(Encoding.UTF8.GetBytes(state.Gates)).Gates ?? throw new InvalidOperationException($"The gates of {state.Code} do not read.");
}

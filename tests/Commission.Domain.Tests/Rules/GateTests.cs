using System.Text;
using Commission.Domain.Rules;
using Commission.Domain.Rules.Gating;

namespace Commission.Domain.Tests.Rules;

public sealed class GateTests
{
    private static IReadOnlyList<Gate> Read(string gate) => GatesReader.Read(Encoding.UTF8.GetBytes($"[{gate}]")) switch
    {
        (var gates, null) => gates!,
        var (_, refusal) => throw new FormatException(refusal!.Text),
    };

    private const string Upfront = "\"shape\":\"percent\",\"basis\":\"annual_premium\",\"ratePercent\":\"60\",\"clawback\":{\"kind\":\"cliffs\",\"steps\":[{\"beforeMonths\":12,\"percent\":\"100\"},{\"beforeMonths\":24,\"percent\":\"60\"}]}";
    private const string Tier = "\"shape\":\"tier_whole\",\"basis\":\"deal_value\",\"boundary\":\"upper\",\"bands\":[{\"from\":0,\"ratePercent\":\"1\"}],\"accumulate\":{\"per\":\"year\",\"scope\":\"referrer\"}";
    private const string TierUnderCap = Tier + ",\"caps\":{\"period\":{\"per\":\"year\",\"scope\":\"referrer\",\"amountMinor\":5}}";
    private const string Campaign = "\"shape\":\"campaign\",\"basis\":\"deal\",\"from\":\"2026-01-01\",\"to\":\"2026-01-31\",\"scope\":\"referrer\",\"atLeast\":3,\"amountMinor\":5,\"pays\":\"once\"";
    private const string Lif = "{\"gate\":\"min_clawback\",\"clause\":\"LIF\",\"steps\":[{\"beforeMonths\":12,\"percent\":\"100\"},{\"beforeMonths\":24,\"percent\":\"60\"}]}";

    // gate, rules, path of the refusal, or null
    public static TheoryData<string, string, string?> OnVersions => new()
    {
        { "{\"gate\":\"no_volume_benefit\",\"clause\":\"NCCP\"}", Tier, ".shape" },
        { "{\"gate\":\"no_volume_benefit\",\"clause\":\"NCCP\"}", TierUnderCap, ".shape" },
        { "{\"gate\":\"no_volume_benefit\",\"clause\":\"NCCP\"}", Campaign, ".shape" },
        { "{\"gate\":\"no_volume_benefit\",\"clause\":\"NCCP\"}", Upfront, null },
        { "{\"gate\":\"max_clawback_months\",\"clause\":\"NCCP\",\"months\":24}", Upfront, null },
        { "{\"gate\":\"max_clawback_months\",\"clause\":\"NCCP\",\"months\":23}", Upfront, ".clawback" },
        { "{\"gate\":\"max_rate\",\"clause\":\"LIF\",\"basis\":\"annual_premium\",\"percent\":\"60\",\"when\":\"upfront\"}", Upfront, null },
        { "{\"gate\":\"max_rate\",\"clause\":\"LIF\",\"basis\":\"annual_premium\",\"percent\":\"59.999\",\"when\":\"upfront\"}", Upfront, "" },
        { "{\"gate\":\"max_rate\",\"clause\":\"LIF\",\"basis\":\"annual_premium\",\"percent\":\"20\",\"when\":\"recurring\"}", Upfront, null },
        { "{\"gate\":\"max_rate\",\"clause\":\"LIF\",\"basis\":\"annual_premium\",\"percent\":\"20\",\"when\":\"any\",\"products\":[\"P2\"]}", Upfront, null },
        { Lif, Upfront, null },
        { Lif, Upfront.Replace("\"60\"}]", "\"59\"}]"), ".clawback" },
        { Lif, "\"shape\":\"percent\",\"basis\":\"annual_premium\",\"ratePercent\":\"60\"", ".clawback" },
        { "{\"gate\":\"flat_only\",\"clause\":\"ASCR\"}", Upfront, ".shape" },
        { "{\"gate\":\"flat_only\",\"clause\":\"ASCR\"}", "\"shape\":\"flat\",\"basis\":\"deal\",\"amountMinor\":1", null },
    };

    [Theory]
    [MemberData(nameof(OnVersions))]
    public void A_version_that_breaks_a_gate_is_refused_with_the_path(string gate, string component, string? path)
    {
        var gates = Read(gate);
        Assert.False(string.IsNullOrEmpty(gates[0].InWords()));
        var broken = Gates.Check(gates, RuleTable.Of("1", RuleTable.All(component)));
        Assert.Equal(path is null ? [] : ["$.products.P1.components[0]" + path], broken.Select(refusal => refusal.Field));
        Assert.All(broken, refusal => Assert.Equal(RefusalCodes.GateBroken, refusal.Code));
    }

    // gate, state, licence of the referrer, referral, passed on, field of the refusal, or null
    public static TheoryData<string, string?, string?, string, string?, string?> OnDeals => new()
    {
        { "{\"gate\":\"blocked_states\",\"clause\":\"c\",\"states\":[\"WA\",\"SA\"]}", "WA", null, "2026-03-02", null, "state" },
        { "{\"gate\":\"blocked_states\",\"clause\":\"c\",\"states\":[\"WA\",\"SA\"]}", "NSW", null, "2026-03-02", null, null },
        { "{\"gate\":\"blocked_states\",\"clause\":\"c\",\"states\":[\"WA\",\"SA\"]}", null, null, "2026-03-02", null, "state" },
        { "{\"gate\":\"licence_held\",\"clause\":\"c\",\"licence\":\"afs_licence\",\"party\":\"referrer\"}", null, "afs_licence", "2026-03-02", null, null },
        { "{\"gate\":\"licence_held\",\"clause\":\"c\",\"licence\":\"afs_licence\",\"party\":\"referrer\"}", null, "credit", "2026-03-02", null, "referrer" },
        { "{\"gate\":\"licence_held\",\"clause\":\"c\",\"licence\":\"afs_licence\",\"party\":\"receiver\"}", null, "afs_licence", "2026-03-02", null, "receiver" },
        { "{\"gate\":\"within_business_days\",\"clause\":\"c\",\"step\":\"passed_on\",\"days\":5}", null, null, "2026-03-02", "2026-03-09", null },
        { "{\"gate\":\"within_business_days\",\"clause\":\"c\",\"step\":\"passed_on\",\"days\":5}", null, null, "2026-03-02", "2026-03-10", "passedOn" },
        { "{\"gate\":\"within_business_days\",\"clause\":\"c\",\"step\":\"passed_on\",\"days\":5}", null, null, "2026-03-02", null, null },
        { "{\"gate\":\"closed_from\",\"clause\":\"c\",\"date\":\"2026-03-31\"}", null, null, "2026-03-31", null, "referredOn" },
        { "{\"gate\":\"closed_from\",\"clause\":\"c\",\"date\":\"2026-03-31\"}", null, null, "2026-03-30", null, null },
    };

    [Theory]
    [MemberData(nameof(OnDeals))]
    public void A_deal_that_breaks_a_gate_is_refused_by_field(string gate, string? state, string? licence, string referred, string? passedOn, string? field)
    {
        var licences = new Dictionary<Party, IReadOnlySet<string>>();
        if (licence is not null)
            licences[Party.Referrer] = new HashSet<string> { licence };
        var facts = new GateFacts("P1", DateOnly.Parse(referred), state, licences, passedOn is null ? null : DateOnly.Parse(passedOn));
        Assert.Equal(field is null ? [] : [field], Gates.Check(Read(gate), facts).Select(refusal => refusal.Field));
    }

    [Theory]
    [InlineData("{\"gate\":\"no_such\",\"clause\":\"c\"}", "$[0].gate")]
    [InlineData("{\"gate\":\"flat_only\"}", "$[0].clause")]
    [InlineData("{\"gate\":\"flat_only\",\"clause\":\"c\",\"months\":3}", "$[0].months")]
    [InlineData("{\"gate\":\"blocked_states\",\"clause\":\"c\",\"states\":[\"XX\"]}", "$[0].states[0]")]
    public void A_mistaken_gate_is_refused_with_its_path(string gate, string path)
    {
        var create = RuleSetScenario.Create() with { Gates = $"[{gate}]" };
        Assert.Equal(path, GatesReader.Read(Encoding.UTF8.GetBytes($"[{gate}]")).Refusal!.Field);
        new RuleSetScenario().Decide(create).Refused(RefusalCodes.InvalidField, "gates" + path[1..]);
    }
}

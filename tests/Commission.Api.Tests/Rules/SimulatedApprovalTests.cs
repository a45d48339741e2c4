using System.Text.Json;
using System.Text.Json.Nodes;
using Commission.Domain;
using Commission.Domain.Ledger;
using Commission.Storage.Rules;
using Commission.Testing;

namespace Commission.Api.Tests.Rules;

/// <summary>What an approver sees of simulations, and what an approval that names one leaves behind.</summary>
public sealed class SimulatedApprovalTests(Engine engine) : IClassFixture<Engine>
{
    private const string Later = "2099-01-01";

    [Fact]
    public async Task A_version_shows_what_simulations_of_it_found_newest_first()
    {
        var network = await Network.CreateAsync(engine);
        await network.DealAsync(5);
        var version = await ProposedAsync(network);
        var first = await SimulatedAsync(network, network.Rules(Later, "0.70"));
        var second = await SimulatedAsync(network, network.Rules(Later, "0.70"), new JsonObject { ["dealMinor"] = 1 });
        await SimulatedAsync(network, network.Rules(Later, "0.80"));

        var shown = (await network.GetAsync(Path(network, version))).Is(200)["simulations"].EnumerateArray().ToArray();

        Assert.Equal([second, first], shown.Select(one => one.GetProperty("id").GetString()));
        Assert.Equal([1L, 0L], shown.Select(one => one.GetProperty("breachCount").GetInt64()));
        Assert.All(shown, one => Assert.Equal(
            (325_001, 350_001, 25_000, "AUD"),
            (one.GetProperty("beforeMinor").GetInt64(), one.GetProperty("afterMinor").GetInt64(), one.GetProperty("differenceMinor").GetInt64(), one.GetProperty("currency").GetString())));
    }

    [Fact]
    public async Task An_approval_records_the_simulation_and_its_result_in_the_administration_book()
    {
        var network = await Network.CreateAsync(engine);
        var version = await ProposedAsync(network);
        var simulation = await SimulatedAsync(network, network.Rules(Later, "0.70"));
        var result = Hash.Of((await engine.GetAsync($"/api/v1/simulations/{simulation}/result")).Is(200).Bytes).ToString();

        var approved = (await ApproveAsync(network, version, simulation)).Is(200);

        Assert.Equal(("approved", simulation, result), (approved["state"].GetString(), approved.Member("simulation"), approved.Member("simulationResult")));
        var shown = (await network.GetAsync(Path(network, version))).Is(200)["version"];
        Assert.Equal((simulation, result), (shown.GetProperty("simulation").GetString(), shown.GetProperty("simulationResult").GetString()));
        using var act = await ActAsync(version);
        Assert.Equal(("version-approved", simulation, result), (
            act.RootElement.GetProperty("act").GetString(), act.RootElement.GetProperty("simulation").GetString(),
            act.RootElement.GetProperty("simulationResult").GetString()));
    }

    [Fact]
    public async Task A_simulation_that_does_not_answer_for_the_version_is_refused_and_nothing_moves()
    {
        var network = await Network.CreateAsync(engine);
        var version = await ProposedAsync(network);
        var other = await SimulatedAsync(network, network.Rules(Later, "0.80"));
        var waiting = SimulationId.Derive(network.Admin.Id, Engine.Unique("waiting-"));
        var hash = (await network.GetAsync(Path(network, version)))["version"].GetProperty("hash").GetString()!;
        Assert.True(await engine.Get<SimulationQueries>().AddAsync(
            waiting, "what-if", network.Admin.Id, Hash.Zero, [], [hash], TestContext.Current.CancellationToken));

        (await ApproveAsync(network, version, "sim_nonsense")).IsRefused(400, "INVALID_FIELD", "simulation");
        (await ApproveAsync(network, version, SimulationId.Derive(network.Admin.Id, "nobody asked").ToString())).IsRefused(422, "UNKNOWN_SIMULATION", "simulation");
        (await ApproveAsync(network, version, other)).IsRefused(422, "SIMULATION_UNFIT", "simulation");
        (await ApproveAsync(network, version, waiting.ToString())).IsRefused(422, "SIMULATION_UNFIT", "simulation");

        Assert.Equal("proposed", (await network.GetAsync(Path(network, version)))["version"].GetProperty("state").GetString());
        (await network.MoveAsync(version, "approve", network.Checker)).Is(200);
    }

    [Fact]
    public async Task Where_simulations_are_required_nothing_is_approved_without_one()
    {
        await using var strict = await Engine.StartAsync(_ => { });
        var network = await Network.CreateAsync(strict);
        strict.Get<ApiSettings>().RequireSimulation = true;
        var version = await ProposedAsync(network);

        (await network.MoveAsync(version, "approve", network.Checker)).IsRefused(422, "SIMULATION_REQUIRED", "simulation");

        var simulation = await SimulatedAsync(network, network.Rules(Later, "0.70"));
        (await ApproveAsync(network, version, simulation)).Is(200);
    }

    private static string Path(Network network, string version) => $"/api/v1/verticals/{network.Vertical}/rule-sets/{version}";

    private static async Task<string> ProposedAsync(Network network)
    {
        var version = (await network.AddRulesAsync(Later, "0.70")).Is(201)["id"].GetString()!;
        (await network.MoveAsync(version, "propose", network.Admin)).Is(200);
        return version;
    }

    private static Task<Answer> ApproveAsync(Network network, string version, string simulation) =>
        network.PostAsync($"{Path(network, version)}/approve", new JsonObject { ["simulation"] = simulation }, network.Checker);

    private static async Task<string> SimulatedAsync(Network network, JsonObject candidate, JsonObject? limits = null)
    {
        var body = new JsonObject { ["candidates"] = new JsonArray(candidate), ["vertical"] = network.Vertical, ["limits"] = limits ?? [] };
        var id = (await network.PostAsync("/api/v1/simulations/what-if", body, network.Admin)).Is(201).Member("id")!;
        await Eventually.BecomesTrueAsync(
            async () => (await network.GetAsync($"/api/v1/simulations/{id}")).Is(200).Member("status") == "completed", $"{id} is completed");
        return id;
    }

    /// <summary>The last act about a version, once its leaf is in the book.</summary>
    private async Task<JsonDocument> ActAsync(string version)
    {
        var subject = TypedId.Parse<RuleSetVersionId>(version).Value;
        byte[]? bytes = null;
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                bytes = await engine.Database.ScalarAsync<byte[]>($"select bytes from book_entry where deal = '{subject}' order by sequence desc limit 1");
                return bytes is not null && ((ActLeaf)LeafEncoding.Decode(bytes)).Act.Act == AdministrativeAct.VersionApproved;
            },
            "the approval is in the book");
        return JsonDocument.Parse(((ActLeaf)LeafEncoding.Decode(bytes!)).Act.Payload);
    }
}

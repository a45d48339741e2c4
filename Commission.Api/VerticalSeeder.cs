using System.Diagnostics.CodeAnalysis;
using System.Text;
using Commission.Domain;
using Commission.Domain.Agreements;
using Commission.Domain.Rules;
using Commission.Grains.Interfaces;
using Commission.Grains.Interfaces.Agreements;
using Commission.Grains.Interfaces.Rules;

namespace Commission.Api;

/// <summary>Makes sure that the verticals that ship as files exist. What exists already is left alone.</summary>
internal sealed partial class VerticalSeeder(
    ApiSettings settings, IGrainFactory grains, IHostApplicationLifetime lifetime, VerticalSeeder.Progress progress, ILogger<VerticalSeeder> logger)
    : BackgroundService
{
    private const string Caller = "engine";
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Whether the seeding is over.</summary>
    internal sealed class Progress
    {
        public volatile bool Done;
    }

    [SuppressMessage("Design", "CA1031", Justification = "The cluster may not be there yet: it tries until it is.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        var files = Directory.Exists(settings.VerticalsDirectory)
            ? Directory.EnumerateFiles(settings.VerticalsDirectory, "*.json").Order(StringComparer.Ordinal).ToArray()
            : [];
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.WhenAll(files.Select(SeedAsync));
                progress.Done = true;
                return;
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                LogNotYet(error);
                await Task.Delay(Pause, stoppingToken);
            }
        }
    }

    private async Task SeedAsync(string file)
    {
        using var json = CanonicalJson.Parse(await File.ReadAllBytesAsync(file));
        var root = json.RootElement;
        var code = root.GetProperty("code").GetString()!;
        var grain = grains.GetGrain<IRuleSetGrain>(GrainKeys.OfVertical(code));
        if (await grain.Get() is { } known && known.Approved.Any())
            return;
        var products = root.GetProperty("products").EnumerateArray()
            .Select(product => new Product(product.GetProperty("code").GetString()!, product.GetProperty("name").GetString()!)).ToArray();
        var document = Encoding.UTF8.GetBytes(root.GetProperty("ruleSet").GetRawText());
        var create = new CreateVertical(code, root.GetProperty("name").GetString()!, products, null, Request(code, "vertical", document))
        {
            Gates = root.TryGetProperty("gates", out var gates) ? gates.GetRawText() : "[]",
        };
        Check(file, (await grain.Execute(create)).Refusal);
        await ShipAgreementAsync(file, document);
        Check(file, (await grain.Execute(new AddRuleSetVersion(document, null, Request(code, "rule-set", document)))).Refusal);
    }

    private static RequestFingerprint Request(string code, string what, byte[] document) =>
        RequestFingerprint.Of(Caller, $"seed:{what}:{code}", "seed", document);

    /// <summary>The agreement that a shipped rule set cites ships with it.</summary>
    private async Task ShipAgreementAsync(string file, byte[] document)
    {
        if (RuleSetReader.Read(document).Document is not { } rules)
            return;
        var execution = new Execution { Method = ExecutionMethod.Shipped, Reference = "shipped with the engine", DocumentHash = rules.Hash };
        Check(file, (await grains.GetGrain<IAgreementGrain>(AgreementId.Derive(rules.GoverningAgreement).ToString()).Execute(new ExecuteAgreement(
            rules.GoverningAgreement, AgreementKind.ClientReferral, null, null, Hash.Zero, null, "{}", execution, null, null,
            Request(rules.Vertical, "agreement", document)))).Refusal);
    }

    private void Check(string file, Refusal? refusal)
    {
        if (refusal is not null && refusal.Code != RefusalCodes.AlreadyExists)
            LogRefused(Path.GetFileName(file), refusal.Text);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The vertical file {File} is refused: {Reason}")]
    private partial void LogRefused(string file, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The verticals could not be seeded yet")]
    private partial void LogNotYet(Exception error);
}

using System.Diagnostics;
using Commission.Domain;
using Commission.Grains.Interfaces.Ledger;
using Commission.Storage.Ledger;
using Commission.Storage.Rules;

namespace Commission.Api.Rules.Simulation;

/// <summary>Plays one simulated traffic after another, says how far it is, stops when asked, and keeps the result.</summary>
internal sealed class DealFlowRunner(
    SimulationQueries simulations, OutboxQueries outbox, LedgerQueries ledger, IGrainFactory grains, ILogger<DealFlowRunner> logger)
    : SimulationRunner<DealFlowRequest>(simulations, logger)
{
    private static readonly TimeSpan ReportEvery = TimeSpan.FromMilliseconds(300);

    protected override async Task RunAsync(SimulationId id, DealFlowRequest request, CancellationToken cancellationToken)
    {
        var world = World.Of(id);
        using var play = new DealFlowPlay(request, world, grains, outbox);
        await Simulations.WriteWorldAsync(id, play.WorldBytes(), cancellationToken);
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var start = Stopwatch.GetTimestamp();
        var playing = Task.Run(() => play.RunAsync(abort.Token), cancellationToken);
        while (!playing.IsCompleted)
        {
            if (!await Simulations.ReportAsync(id, play.Done, play.Total, cancellationToken))
                await abort.CancelAsync();
            await Task.WhenAny(playing, Task.Delay(ReportEvery, cancellationToken));
        }
        try
        {
            await playing;
        }
        catch (OperationCanceledException) when (abort.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            await EndAsync(id, "aborted", play.Done, null);
            return;
        }
        finally
        {
            await Task.WhenAll(RestAsync(world.NameOf(Domain.Ledger.Books.Ledger)), RestAsync(world.NameOf(Domain.Ledger.Books.Handshakes)));
        }
        var took = Stopwatch.GetElapsedTime(start);
        var books = new DealFlowBooks(world, play.People.NumberOf);
        await books.ReadAsync(ledger, cancellationToken);
        await EndAsync(id, "completed", play.Done, DealFlowReport.Of(request, play, books, took).ToJson());
    }

    private Task RestAsync(string book) => grains.GetGrain<ILedgerGrain>(book).Rest();
}

using Commission.StripeStandIn;

// For people and for other processes: the port is given, so that it can stand in somebody's configuration.
var options = new StandInOptions();
new ConfigurationBuilder().AddCommandLine(args).Build().Bind(options);
await using var standIn = await StandIn.StartAsync(options);
Console.WriteLine($"Stand-in for Stripe at {standIn.Url}; keys sk_test_… and sk_live_… are separate worlds, /_control bends it.");
var stopped = new TaskCompletionSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stopped.TrySetResult();
};
using var terminated = System.Runtime.InteropServices.PosixSignalRegistration.Create(
    System.Runtime.InteropServices.PosixSignal.SIGTERM, signal =>
    {
        signal.Cancel = true;
        stopped.TrySetResult();
    });
await stopped.Task;

using Spectre.Console;

namespace Commission.Cli.Deals;

/// <summary>Tells how far each phase of the import has come.</summary>
internal abstract class ImportProgress
{
    /// <summary>Starts a phase; the returned action counts so many steps done.</summary>
    public abstract Action<int> Phase(string name, int total);

    /// <summary>A bar on a terminal, plain lines everywhere else.</summary>
    public static Task RunAsync(TextWriter output, bool interactive, Func<ImportProgress, Task> work) => interactive
        ? AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(context => work(new Bars(context)))
        : work(new Lines(output));

    private sealed class Bars(ProgressContext context) : ImportProgress
    {
        public override Action<int> Phase(string name, int total)
        {
            var task = context.AddTask(Markup.Escape(name), maxValue: Math.Max(total, 1));
            if (total == 0)
                task.Increment(1);
            return count => task.Increment(count);
        }
    }

    private sealed class Lines(TextWriter output) : ImportProgress
    {
        private readonly Lock _lock = new();

        public override Action<int> Phase(string name, int total)
        {
            var done = 0;
            var nextTenth = 1;
            output.WriteLine($"{name}: {total}");
            return count =>
            {
                lock (_lock)
                {
                    done += count;
                    if (total < 100 || (long)done * 10 < (long)total * nextTenth)
                        return;
                    nextTenth = (int)((long)done * 10 / total) + 1;
                    output.WriteLine($"{name}: {done} of {total}");
                }
            };
        }
    }
}

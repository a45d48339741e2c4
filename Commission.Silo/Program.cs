using Commission.Silo;
using Commission.Storage.Postgres;

// Settings lie beside the program, wherever it is started from.
var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
var connectionString = builder.Configuration.GetConnectionString("Commission");
if (string.IsNullOrWhiteSpace(connectionString))
{
    Console.Error.WriteLine("ConnectionStrings:Commission is missing. A silo joins a cluster through its database; " +
        "for one machine without configuration, run Commission.Api instead.");
    return 2;
}
await Migrator.MigrateAsync(connectionString, CancellationToken.None);
builder.AddCommissionSilo(connectionString, alone: false);
if (builder.Configuration["urls"] is null)
    builder.WebHost.UseUrls("http://127.0.0.1:0");
var app = builder.Build();
app.MapGet("/health/live", () => Results.Text("live"));
app.Lifetime.ApplicationStarted.Register(() => StartLog.Joined(app.Logger, string.Join(", ", app.Urls)));
await app.RunAsync();
return 0;

using Npgsql;

namespace Commission.Storage.Postgres;

/// <summary>Makes, starts, adopts and stops the server process of one cluster folder.</summary>
internal sealed class PostgresServer(ClusterFolder folder, ServerAccount account, PostgresBinaries binaries)
{
    public const string Owner = "commission";
    private const int SocketPort = 5432;
    private static readonly TimeSpan StartDeadline = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan EndDeadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    public ClusterFolder Folder { get; } = folder;

    public static async Task<PostgresServer> FindAsync(string dataDirectory, CancellationToken cancellationToken)
    {
        var (folder, account) = await ClusterPlace.FindAsync(dataDirectory, cancellationToken);
        var binaries = await PostgresBinaries.FindAsync(folder.MajorVersion(), cancellationToken);
        return new PostgresServer(folder, account, binaries);
    }

    public async Task EnsureRunningAsync(CancellationToken cancellationToken)
    {
        if (!Folder.Exists)
            await MakeClusterAsync(cancellationToken);
        if (await AdoptAsync(cancellationToken))
            return;

        // Safe: no process has the cluster as its working directory, so neither a server nor an orphan of one is alive.
        // Its lock files would stop the new server where the old process number is taken again, or was never reaped.
        File.Delete(PostmasterFile.PathIn(Folder.Cluster));
        Folder.DeleteSocketLock(SocketPort);
        var overSocket = Folder.SocketPathFits;
        Folder.WriteSettings(overSocket ? SocketPort : FreePort.Take(), overSocket);
        var answer = await ExternalCommand.RunAsync(
            account.Wrap(
                binaries.PgCtl, "start", "-w", "-s", "-t", "120", "-D", Folder.Cluster, "-l", Folder.Log),
            Folder.Home, cancellationToken);
        if (answer.ExitCode != 0)
            throw new PostgresStartException($"PostgreSQL did not start: {answer.Everything}\n{Folder.LogTail()}");
    }

    public async Task StopAsync()
    {
        var answer = await ExternalCommand.RunAsync(
            account.Wrap(binaries.PgCtl, "stop", "-m", "fast", "-w", "-s", "-t", "120", "-D", Folder.Cluster),
            Folder.Home, CancellationToken.None);

        // pg_ctl waits for the server's file to go, which the server removes a moment before it ends.
        using var deadline = new CancellationTokenSource(answer.ExitCode == 0 ? EndDeadline : TimeSpan.Zero);
        while (PostmasterFile.ProcessesIn(Folder.Cluster).Count > 0)
        {
            if (deadline.IsCancellationRequested)
                throw new PostgresStartException($"PostgreSQL did not stop: {answer.Everything}");
            await Task.Delay(PollInterval);
        }
    }

    public string ConnectionStringFor(string database)
    {
        var running = PostmasterFile.Read(Folder.Cluster)
            ?? throw new PostgresStartException($"PostgreSQL ended at once.\n{Folder.LogTail()}");
        var overSocket = running.SocketFolder.Length > 0;
        return new NpgsqlConnectionStringBuilder
        {
            Host = overSocket ? running.SocketFolder : running.ListenAddress,
            Port = running.Port,
            Username = Owner,
            Password = overSocket ? null : Folder.Password(),
            Database = database,
            SslMode = SslMode.Disable,
            GssEncryptionMode = GssEncryptionMode.Disable,
        }.ConnectionString;
    }

    private async Task MakeClusterAsync(CancellationToken cancellationToken)
    {
        Folder.Make();
        await account.TakeOwnershipAsync(Folder.Home, cancellationToken);

        // The socket needs no password because only its owner can enter its folder; the loopback port needs one.
        var answer = await ExternalCommand.RunAsync(
            account.Wrap(
                binaries.InitDb, "-D", Folder.UnfinishedCluster, "-U", Owner, "--pwfile", Folder.PasswordFile,
                "--auth-local=trust", "--auth-host=scram-sha-256", "--encoding=UTF8", "--no-locale"),
            Folder.Home, cancellationToken);
        if (answer.ExitCode != 0)
            throw new PostgresStartException($"PostgreSQL could not make its data folder: {answer.Everything}");
        ClusterFolder.IncludeSettings(Folder.UnfinishedCluster);

        // A half-made cluster never gets the final name, so a start that was killed is simply repeated.
        Directory.Move(Folder.UnfinishedCluster, Folder.Cluster);
    }

    /// <summary>True when the server of an earlier, killed process runs and answers; waits for one that is on its way up or down.</summary>
    private async Task<bool> AdoptAsync(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(StartDeadline);
        while (PostmasterFile.ProcessesIn(Folder.Cluster) is { Count: > 0 } processes)
        {
            if (PostmasterFile.Read(Folder.Cluster) is { IsReady: true } file && processes.Contains(file.ProcessId))
                return true;
            try
            {
                await Task.Delay(PollInterval, deadline.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new PostgresStartException(
                    $"Processes of an earlier PostgreSQL server still use '{Folder.Cluster}' and it neither answers nor ends: "
                    + $"{string.Join(", ", processes)}. Stop them, then start again.");
            }
        }

        return false;
    }
}

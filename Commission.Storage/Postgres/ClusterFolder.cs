using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Commission.Storage.Postgres;

/// <summary>The folder of one private cluster: the server's files, its socket, its log and the owner's password.</summary>
internal sealed class ClusterFolder(string home)
{
    private const UnixFileMode OwnerOnlyFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // sun_path holds 108 bytes with the final zero; the socket is called .s.PGSQL.<port>.
    private const int LongestSocketPath = 107;
    private const int LongestLog = 16 * 1024 * 1024;

    public string Home { get; } = home;

    public string Cluster => Path.Combine(Home, "cluster");

    public string UnfinishedCluster => Path.Combine(Home, "cluster.new");

    public string Log => Path.Combine(Home, "server.log");

    public string SocketFolder => Path.Combine(Home, "run");

    public string PasswordFile => Path.Combine(Home, "password");

    public bool Exists => File.Exists(Path.Combine(Cluster, "PG_VERSION"));

    public bool SocketPathFits =>
        Encoding.UTF8.GetByteCount(Path.Combine(SocketFolder, ".s.PGSQL.65535")) <= LongestSocketPath;

    public int? MajorVersion() => Exists
        ? int.Parse(File.ReadAllText(Path.Combine(Cluster, "PG_VERSION")).Trim(), CultureInfo.InvariantCulture)
        : null;

    public void DeleteSocketLock(int port)
    {
        if (Directory.Exists(SocketFolder))
            File.Delete(Path.Combine(SocketFolder, string.Create(CultureInfo.InvariantCulture, $".s.PGSQL.{port}.lock")));
    }

    public string Password() => File.ReadAllText(PasswordFile).Trim();

    public void Make()
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException(
                "The private PostgreSQL server runs on Linux and macOS. Here, set ConnectionStrings:Commission to a server of your own.");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Home)!);
        Directory.CreateDirectory(Home, OwnerOnlyFolder);
        Directory.CreateDirectory(SocketFolder, OwnerOnlyFolder);
        if (Directory.Exists(UnfinishedCluster))
            Directory.Delete(UnfinishedCluster, recursive: true);
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = OwnerOnlyFile,
        };
        using var file = new StreamWriter(PasswordFile, options);
        file.WriteLine(RandomNumberGenerator.GetHexString(48, lowercase: true));
    }

    /// <summary>Written before every start, so that a new release's settings reach old clusters.</summary>
    public void WriteSettings(int port, bool overSocket)
    {
        // fsync, synchronous_commit and full_page_writes keep their defaults (on): an acknowledged command survives a power cut.
        File.WriteAllText(Path.Combine(Cluster, "commission.conf"), $"""
            port = {port}
            listen_addresses = '{(overSocket ? "" : "127.0.0.1")}'
            unix_socket_directories = '{(overSocket ? SocketFolder.Replace("'", "''", StringComparison.Ordinal) : "")}'
            unix_socket_permissions = 0700
            max_connections = 200
            shared_buffers = {SharedBuffersMegabytes()}MB
            max_wal_size = 4GB
            checkpoint_timeout = 15min
            wal_compression = off
            autovacuum_naptime = 10s
            password_encryption = scram-sha-256

            """);
        if (File.Exists(Log) && new FileInfo(Log).Length > LongestLog)
            File.Delete(Log);
    }

    public static void IncludeSettings(string cluster) =>
        File.AppendAllText(Path.Combine(cluster, "postgresql.conf"), "\ninclude = 'commission.conf'\n");

    public string LogTail() => File.Exists(Log) ? string.Join('\n', File.ReadLines(Log).TakeLast(20)) : "(no server log)";

    private static long SharedBuffersMegabytes()
    {
        var memoryMegabytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024 * 1024);
        return Math.Clamp(memoryMegabytes / 8, 64, 512);
    }
}

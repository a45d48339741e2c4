using System.Security.Cryptography;

namespace Commission.Storage.Postgres;

/// <summary>
/// Decides where the cluster lives: under the data directory or, when root keeps that in a place the server's account
/// may not enter (such as /root), in a system folder that a pointer file in the data directory names.
/// </summary>
internal static class ClusterPlace
{
    private const string SystemFolder = "/var/lib/commission-engine";

    public static async Task<(ClusterFolder Folder, ServerAccount Account)> FindAsync(
        string dataDirectory, CancellationToken cancellationToken)
    {
        var pointer = Path.Combine(dataDirectory, "postgres.location");
        var home = File.Exists(pointer) ? File.ReadAllText(pointer).Trim() : Path.Combine(dataDirectory, "postgres");
        var folder = new ClusterFolder(home);
        var account = ServerAccount.Choose(await OwnerOfAsync(folder, cancellationToken));
        var obstacle = await account.FindObstacleAsync(home, cancellationToken);
        if (obstacle is null)
            return (folder, account);
        if (Directory.Exists(home) || await account.FindObstacleAsync(SystemFolder, cancellationToken) is not null)
        {
            throw new PostgresStartException(
                $"PostgreSQL does not run as root, and the account that runs it may not enter '{obstacle}'. "
                + $"Allow it (chmod o+x '{obstacle}'), or set Commission:DataDirectory to another folder, or run as an ordinary user.");
        }

        home = Path.Combine(SystemFolder, RandomNumberGenerator.GetHexString(12, lowercase: true));
        await File.WriteAllTextAsync(pointer, home + "\n", cancellationToken);
        return (new ClusterFolder(home), account);
    }

    private static async Task<string?> OwnerOfAsync(ClusterFolder folder, CancellationToken cancellationToken)
    {
        if (!Environment.IsPrivilegedProcess || !folder.Exists)
            return null;
        var answer = await ExternalCommand.RunAsync(["stat", "-c", "%U", folder.Cluster], "/", cancellationToken);
        return answer.ExitCode == 0 ? answer.Output.Trim() : null;
    }
}

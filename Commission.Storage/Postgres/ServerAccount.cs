using System.Globalization;

namespace Commission.Storage.Postgres;

/// <summary>
/// The operating system account that runs the server. PostgreSQL refuses to run as root, so under root this is the owner
/// of the cluster or, for a new one, <c>postgres</c> or <c>nobody</c>; otherwise it is simply us.
/// </summary>
internal sealed class ServerAccount
{
    private readonly string? _name;
    private readonly int _user;
    private readonly int _group;

    private ServerAccount(string? name, int user, int group) => (_name, _user, _group) = (name, user, group);

    public bool IsOther => _name is not null;

    public static ServerAccount Choose(string? clusterOwner)
    {
        if (!Environment.IsPrivilegedProcess)
            return new ServerAccount(null, 0, 0);
        var accounts = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).Where(f => f.Length > 3).ToList();
        var chosen = new[] { clusterOwner, "postgres", "nobody" }
            .Select(name => accounts.Find(fields => fields[0] == name && fields[2] != "0"))
            .FirstOrDefault(fields => fields is not null)
            ?? throw new PostgresStartException(
                "PostgreSQL does not run as root and this machine has neither a user 'postgres' nor 'nobody'; "
                + "create one, or run the engine as an ordinary user.");
        return new ServerAccount(
            chosen[0], int.Parse(chosen[2], CultureInfo.InvariantCulture), int.Parse(chosen[3], CultureInfo.InvariantCulture));
    }

    /// <summary>The command, wrapped so that it runs as this account.</summary>
    public IReadOnlyList<string> Wrap(params IReadOnlyList<string> command)
    {
        if (!IsOther)
            return command;
        if (ExternalCommand.FindOnPath("setpriv") is { } setpriv)
            return [setpriv, $"--reuid={_user}", $"--regid={_group}", "--clear-groups", "--", .. command];
        if (ExternalCommand.FindOnPath("runuser") is { } runuser)
            return [runuser, "-u", _name!, "--", .. command];
        var su = ExternalCommand.FindOnPath("su")
            ?? throw new PostgresStartException("Running PostgreSQL under root needs one of setpriv, runuser or su.");
        return [su, "-s", "/bin/sh", _name!, "-c", "exec \"$0\" \"$@\"", "--", .. command];
    }

    public async Task TakeOwnershipAsync(string folder, CancellationToken cancellationToken)
    {
        if (!IsOther)
            return;
        var answer = await ExternalCommand.RunAsync(["chown", "-R", $"{_user}:{_group}", folder], "/", cancellationToken);
        if (answer.ExitCode != 0)
            throw new PostgresStartException($"could not give {folder} to user {_name}: {answer.Everything}");
    }

    /// <summary>The first folder on the way to <paramref name="path"/> that this account may not enter, or null.</summary>
    public async Task<string?> FindObstacleAsync(string path, CancellationToken cancellationToken)
    {
        if (!IsOther)
            return null;
        var parent = Path.GetDirectoryName(path)!;
        if (await MayEnterAsync(parent, cancellationToken))
            return null;
        var steps = new Stack<string>();
        for (var folder = parent; folder is not null; folder = Path.GetDirectoryName(folder))
            steps.Push(folder);
        foreach (var folder in steps)
        {
            if (!await MayEnterAsync(folder, cancellationToken))
                return folder;
        }

        return parent;
    }

    private async Task<bool> MayEnterAsync(string folder, CancellationToken cancellationToken) =>
        (await ExternalCommand.RunAsync(Wrap("test", "-x", folder), "/", cancellationToken)).ExitCode == 0;
}

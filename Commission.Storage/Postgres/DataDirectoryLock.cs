namespace Commission.Storage.Postgres;

/// <summary>
/// Keeps a second engine out of a data directory. The operating system holds it (flock), so it ends with the process,
/// however that dies.
/// </summary>
internal sealed class DataDirectoryLock : IDisposable
{
    private readonly FileStream _file;

    private DataDirectoryLock(FileStream file) => _file = file;

    public static DataDirectoryLock Take(string dataDirectory)
    {
        try
        {
            var path = Path.Combine(dataDirectory, "engine.lock");
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(HolderFile(dataDirectory), $"{Environment.ProcessId}\n");
            return new DataDirectoryLock(file);
        }
        catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException))
        {
            throw new DataDirectoryInUseException(
                $"The data directory '{dataDirectory}' is in use by another Commission engine (process {Holder(dataDirectory)}). "
                + "Stop that one, or set Commission:DataDirectory to another folder.");
        }
    }

    public void Dispose() => _file.Dispose();

    // A file of its own: the locked one cannot be read by whom the lock keeps out.
    private static string HolderFile(string dataDirectory) => Path.Combine(dataDirectory, "engine.pid");

    private static string Holder(string dataDirectory) =>
        File.Exists(HolderFile(dataDirectory)) ? File.ReadAllText(HolderFile(dataDirectory)).Trim() : "unknown";
}

namespace Commission.Storage.Postgres;

/// <summary>No usable PostgreSQL server binaries on this machine; the message says what to install.</summary>
public sealed class PostgresNotFoundException(string message) : Exception(message);

/// <summary>The private PostgreSQL server could not be made, started or reached; the message carries the server's own words.</summary>
public sealed class PostgresStartException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>Another live engine process holds the data directory.</summary>
public sealed class DataDirectoryInUseException(string message) : Exception(message);

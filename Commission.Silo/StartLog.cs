namespace Commission.Silo;

/// <summary>What a silo says when it is there.</summary>
internal static partial class StartLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "The silo has joined the cluster; its health is at {Urls}")]
    public static partial void Joined(ILogger logger, string urls);
}

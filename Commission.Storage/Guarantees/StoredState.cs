using Commission.Storage.GroupCommit;
using Orleans.Serialization;

namespace Commission.Storage.Guarantees;

/// <summary>States of grains as their tables hold them.</summary>
internal static class StoredState
{
    /// <summary>The state, or null when the bytes give none: whoever changed them decides what they hold, so anything may be thrown.</summary>
    public static T? Read<T>(Serializer serializer, byte[] payload) where T : class, new()
    {
        try
        {
            return serializer.Deserialize<Journaled<T>>(payload)?.State;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            return null;
        }
    }
}

using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace Commission.Domain;

/// <summary>
/// A thread's own growing buffer, for bytes that are hashed or copied before the method returns: canonical forms and hash
/// inputs are made thousands of times a second, and a new buffer for each was most of what the collector had to clear.
/// </summary>
internal ref struct ScratchBuffer
{
    private const int LargestKept = 64 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _free;

    private ScratchBuffer(ArrayBufferWriter<byte> writer) => Writer = writer;

    public ArrayBufferWriter<byte> Writer { get; }

    public readonly ReadOnlySpan<byte> Written => Writer.WrittenSpan;

    /// <summary>Takes the thread's buffer, or a new one while that is in use.</summary>
    public static ScratchBuffer Rent()
    {
        var writer = _free ?? new ArrayBufferWriter<byte>(4096);
        _free = null;
        return new ScratchBuffer(writer);
    }

    public readonly void Add(ReadOnlySpan<byte> bytes) => Writer.Write(bytes);

    public readonly void Add(ReadOnlySpan<char> text) => Encoding.UTF8.GetBytes(text, Writer);

    /// <summary>Adds the bytes after their length as a big-endian u32.</summary>
    public readonly void AddWithLength(ReadOnlySpan<byte> bytes)
    {
        BinaryPrimitives.WriteInt32BigEndian(Writer.GetSpan(sizeof(int)), bytes.Length);
        Writer.Advance(sizeof(int));
        Writer.Write(bytes);
    }

    /// <summary>Adds the text's UTF-8 after its length as a big-endian u32.</summary>
    public readonly void AddWithLength(string text)
    {
        BinaryPrimitives.WriteInt32BigEndian(Writer.GetSpan(sizeof(int)), Encoding.UTF8.GetByteCount(text));
        Writer.Advance(sizeof(int));
        Add(text);
    }

    public readonly void Clear() => Writer.ResetWrittenCount();

    [MethodImpl(MethodImplOptions.NoInlining)]
    public readonly void Dispose()
    {
        if (Writer.Capacity > LargestKept)
            return;
        Writer.ResetWrittenCount();
        _free = Writer;
    }
}

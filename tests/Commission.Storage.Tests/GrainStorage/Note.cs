using System.Diagnostics.CodeAnalysis;

namespace Commission.Storage.Tests.GrainStorage;

/// <summary>The state that the storage tests write.</summary>
[GenerateSerializer, Alias("Commission.Storage.Tests.Note")]
public sealed class Note
{
    [Id(0)]
    public string Text { get; set; } = "";
}

/// <summary>A grain's hold on its stored note; a version makes it one that was read before.</summary>
public sealed class NoteState(string text, string? version = null) : IGrainState<Note>
{
    [AllowNull, NotNull]
    public Note State { get => field!; set; } = new() { Text = text };

    [AllowNull]
    public string ETag { get; set; } = version;

    public bool RecordExists { get; set; } = version is not null;
}

using Commission.Storage.GroupCommit;

namespace Commission.Grains.Ledger;

/// <summary>One stream event: the messages of one or more commits for one book.</summary>
[GenerateSerializer, Immutable, Alias("OutboxBatch")]
public sealed record OutboxBatch([property: Id(0)] OutboxMessage[] Messages);

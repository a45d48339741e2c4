using Commission.Storage.Ledger.Log;

namespace Commission.Storage.Guarantees;

/// <summary>
/// What the signer knows outside the database, read before the snapshot of the books: whatever it remembers then, they must
/// hold.
/// </summary>
/// <param name="Keys">Public keys that sign now.</param>
/// <param name="Last">What was signed last, by book.</param>
/// <param name="OriginOf">A book's origin in an incarnation.</param>
public sealed record SignerMemory(IReadOnlyList<byte[]> Keys, IReadOnlyDictionary<string, SignedHead> Last, Func<string, int, string> OriginOf);

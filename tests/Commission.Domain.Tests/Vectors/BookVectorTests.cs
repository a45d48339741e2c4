using System.Text;
using System.Text.Json;
using Commission.Domain.Amounts;
using Commission.Domain.Deals;
using Commission.Domain.Ledger;
using Commission.Domain.Ledger.Log;
using Commission.Domain.Members;
using Commission.Domain.Tests.Deals;

namespace Commission.Domain.Tests.Vectors;

/// <summary>Leaves as they stand in books, and bulk lines as they reach them.</summary>
public sealed class BookVectorTests
{
    public static TheoryData<string> BookNames => [Books.Ledger, Books.Handshakes];

    [Theory]
    [MemberData(nameof(BookNames))]
    public void A_book_is_rebuilt_byte_for_byte(string book)
    {
        var vectors = VectorFile.Read("leaves.json").Where(vector => vector["book"] == book).ToArray();
        var postedAt = DateTimeOffset.UnixEpoch.AddTicks(vectors[0].Json.GetProperty("postedAtMicroseconds").GetInt64() * TimeSpan.TicksPerMicrosecond);
        BookRecord[] records = [.. vectors.Select(BookRecord (vector) => book == Books.Ledger ? Entry(vector.Json.GetProperty("entry")) : Handshake(vector))];
        var append = BookMachine.Append(book, default, TreeEdge.Empty, new Dictionary<AccountKey, AccountHead>(), records, postedAt);
        Assert.Equal(vectors.Select(vector => vector["bytesHex"]), append.Leaves.Select(leaf => Convert.ToHexStringLower(leaf.Bytes)));
        var hashes = append.Leaves.Select(leaf => MerkleTree.LeafHash(leaf.Bytes)).ToArray();
        Assert.Equal(vectors.Select(vector => vector.Hash("leafHash")), hashes);
        Assert.Equal(vectors[^1].Hash("rootAfter"), append.Tree.Root);
        Assert.Equal(vectors.Select(vector => vector.Hash("rootAfter")), hashes.Select((_, i) => MerkleTree.Root(hashes.AsSpan(0, i + 1))));
    }

    [Theory]
    [MemberData(nameof(BookNames))]
    public void A_book_verifies_from_its_bytes(string book)
    {
        var verifier = new BookVerifier(book);
        Assert.All(VectorFile.Read("leaves.json").Where(vector => vector["book"] == book), vector =>
        {
            Assert.Null(verifier.Next(vector.Hex("bytesHex")));
            Assert.Equal(vector.Hash("leafHash"), verifier.Head.LastLeaf);
            if (vector.Json.TryGetProperty("entry", out var entry))
                Assert.All((string[])["debit", "credit"], side => Assert.Equal(SideOf(entry, side), Head(verifier, entry, side)));
        });
    }

    private static (long, long) SideOf(JsonElement entry, string side) =>
        (entry.GetProperty(side).GetProperty("sequence").GetInt64(), entry.GetProperty(side).GetProperty("balanceMinor").GetInt64());

    private static (long, long) Head(BookVerifier verifier, JsonElement entry, string side)
    {
        var account = entry.GetProperty(side).GetProperty("account").GetString()!;
        var head = verifier.Accounts[new AccountKey(account, new Currency(entry.GetProperty("currency").GetString()!))];
        return (head.Sequence, head.BalanceMinor);
    }

    private static HandshakeDraft Handshake(Vector vector)
    {
        var json = vector.Json.GetProperty("handshake");
        var draft = new HandshakeDraft(
            TypedId.Parse<DealId>(json.GetProperty("deal").GetString()!), (HandshakeStep)json.GetProperty("step").GetByte(),
            Encoding.UTF8.GetBytes(json.GetProperty("payload").GetString()!), Encoding.UTF8.GetBytes(json.GetProperty("envelope").GetString()!));
        Assert.Equal(json.GetProperty("hash").GetString(), HandshakeHash.Of(draft.Payload, draft.Envelope).ToString());
        return draft;
    }

    private static EntryDraft Entry(JsonElement json)
    {
        string Text(string name) => json.GetProperty(name).GetString()!;
        Hash Hash(string name) => Domain.Hash.TryParse(Text(name), out var hash) ? hash : throw new FormatException(name);
        return new EntryDraft(
            (EntryKind)json.GetProperty("kind").GetByte(), TypedId.Parse<DealId>(Text("deal")), json.GetProperty("debit").GetProperty("account").GetString()!,
            json.GetProperty("credit").GetProperty("account").GetString()!, new Money(json.GetProperty("amountMinor").GetInt64(), new Currency(Text("currency"))),
            DateOnly.Parse(Text("effectiveOn")), Hash("ruleHash"), Hash("factsHash"), Hash("explanationHash"), TypedId.Parse<ContactId>(Text("actor")),
            json.GetProperty("ordinal").GetInt32(), Hash("corrects"));
    }

    public static TheoryData<Vector> Bulk => VectorFile.Rows("bulk.json");

    [Theory]
    [MemberData(nameof(Bulk))]
    public void A_bulk_line_becomes_its_handshakes(Vector vector)
    {
        var (command, line) = Command(vector);
        var service = command.Signature.Attestation.Service;
        var events = DealMachine.Decide(new DealState(), command, Facts(vector, line, service), command.Signature.Attestation.Time).Accepted();
        var recorded = events.OfType<HandshakeRecorded>().ToArray();
        Assert.Equal(vector["h1Payload"], Encoding.UTF8.GetString(recorded[0].PayloadBytes));
        Assert.Equal(vector["envelope"], Encoding.UTF8.GetString(recorded[0].EnvelopeBytes));
        Assert.Equal(vector.Hash("h1Hash"), recorded[0].Hash);
        Assert.Equal(vector["h2Payload"], Encoding.UTF8.GetString(recorded[1].PayloadBytes));
        Assert.Equal(vector["h2Envelope"], Encoding.UTF8.GetString(recorded[1].EnvelopeBytes));
        Assert.Equal((vector.Hash("h2Hash"), 5), (recorded[1].Hash, recorded.Length));
    }

    private static (AttestDeal Command, AttestedLine Line) Command(Vector vector)
    {
        var lines = vector.Json.GetProperty("lines").EnumerateArray().Select(line => Encoding.UTF8.GetBytes(line.GetString()!)).ToArray();
        var index = vector.Json.GetProperty("index").GetInt32();
        var leaves = lines.Select(line => MerkleTree.LeafHash(line)).ToArray();
        Assert.Equal((vector.Hash("root"), vector.Hash("leafHash")), (MerkleTree.Root(leaves), leaves[index]));
        var path = MerkleTree.AuditPaths(leaves)[index];
        Assert.Equal(vector.Json.GetProperty("path").EnumerateArray().Select(hash => hash.GetString()), path.Select(hash => hash.ToString()));
        using var header = JsonDocument.Parse($"{{\"attestation\":{vector["signedBytes"][..^1]},\"signature\":\"{vector["signature"]}\"}}}}");
        var attestation = HandshakePayloadReader.ReadAttestation(header.RootElement).Attestation!;
        Assert.Equal(vector.Utf8("signedBytes"), attestation.SignedBytes());
        var line = HandshakePayloadReader.ReadLine(lines[index]).Line!;
        return (new AttestDeal(line, new BulkSignature(attestation, index, path, lines[index])), line);
    }

    private static DealFacts Facts(Vector vector, AttestedLine line, ContactId service)
    {
        using var intent = JsonDocument.Parse(vector["h1Payload"]);
        Assert.True(Hash.TryParse(intent.RootElement.GetProperty("clientCommitment").GetString(), out var commitment));
        ContactFacts Contact(ContactId id, ContactType type) => new(id, type, null, commitment, [service]);
        return new DealScenario().Facts with
        {
            Signer = vector.SigningKey(service),
            Contacts = new[]
                {
                    Contact(line.Referrer, ContactType.Member), Contact(line.Receiver, ContactType.Member), Contact(line.Client, ContactType.Customer),
                }.ToDictionary(contact => contact.Id),
        };
    }
}

using System.Text;
using System.Text.Json;
using Commission.Domain.Amounts;
using Commission.Domain.Disputes;
using Commission.Domain.Payouts;
using Commission.Domain.Payouts.Tax;

namespace Commission.Domain.Tests.Vectors;

/// <summary>What an approval of a payout binds, and what payouts and disputes leave in the ledger: computed elsewhere, from the pages.</summary>
public sealed class PayoutVectorTests
{
    public static TheoryData<Vector> Batches => Of("batch");

    [Theory]
    [MemberData(nameof(Batches))]
    public void A_batch_has_its_hash_and_its_items_theirs(Vector vector)
    {
        var id = TypedId.Parse<PayoutBatchId>(vector["batch"]);
        var hasher = new BatchHasher(id, Enum.Parse<Rail>(vector["rail"], ignoreCase: true), Currency.Aud);
        var items = vector.Json.GetProperty("items").EnumerateArray().Select(Item).ToList();
        items.ForEach(hasher.Add);

        Assert.Equal(vector.Utf8("header"), hasher.Header().ToCanonical().ToBytes());
        Assert.Equal(vector.Hash("hash"), hasher.Finish().Hash);
        Assert.Equal(vector.Utf8("facts"), PayoutEntries.FactsOf(id, items[0], 1, PayoutItemStatus.Submitted));
        Assert.Equal(vector.Hash("factsHash"), Hash.Of(vector.Utf8("facts")));
    }

    public static TheoryData<Vector> Disputes => Of("dispute");

    [Theory]
    [MemberData(nameof(Disputes))]
    public void A_step_of_a_dispute_has_its_facts(Vector vector)
    {
        var entry = new ContestedEntry(vector.Hash("entry"), default, "ANY", new Money(1, Currency.Aud), true);

        var facts = DisputeEntries.FactsOf(TypedId.Parse<DisputeId>(vector["dispute"]), entry, vector["step"], vector.Json.GetProperty("amountMinor").GetInt64());

        Assert.Equal((vector["facts"], vector.Hash("factsHash")), (Encoding.UTF8.GetString(facts), Hash.Of(facts)));
    }

    public static TheoryData<Vector> Destinations => Of("destination");

    [Theory]
    [MemberData(nameof(Destinations))]
    public void An_account_at_stripe_is_committed_to(Vector vector) => Assert.Equal(
        vector.Hash("destination"), StripeDestination.Of(TypedId.Parse<ContactId>(vector["payee"]), vector["live"] == "yes", vector["account"]));

    private static TheoryData<Vector> Of(string kind) => [.. VectorFile.Read("payouts.json").Where(vector => vector["kind"] == kind)];

    private static PayoutItem Item(JsonElement json)
    {
        using var parsed = JsonDocument.Parse(json.GetProperty("canonical").GetString()!);
        var says = parsed.RootElement;
        long Minor(string name) => says.GetProperty(name).GetInt64();
        var item = new PayoutItem
        {
            Number = says.GetProperty("item").GetInt32(),
            Payee = TypedId.Parse<ContactId>(says.GetProperty("payee").GetString()!),
            Amounts = new PayoutAmounts(Minor("amountMinor"), Minor("gstMinor"), Minor("withheldMinor")),
            Lines = says.GetProperty("lines").GetInt32(),
            LinesHash = PayoutLines.HashOf(json.GetProperty("lines").EnumerateArray()
                .Select(line => (Read(line, "entry"), line.GetProperty("amountMinor").GetInt64()))),
            Destination = Read(says, "destination"),
            Salt = Read(says, "salt"),
        };
        Assert.Equal(json.GetProperty("canonical").GetString(), Encoding.UTF8.GetString(item.ToCanonical()));
        Assert.Equal((Read(json, "itemHash"), Read(json, "leaf")), (Hash.Of(item.ToCanonical()), item.Leaf));
        return item;
    }

    private static Hash Read(JsonElement json, string name) =>
        Hash.TryParse(json.GetProperty(name).GetString(), out var hash) ? hash : throw new FormatException(name);
}

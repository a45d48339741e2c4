using System.Runtime.CompilerServices;
using System.Text.Json;
using Commission.Cli.Http;
using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Ledger;

namespace Commission.Cli.Ledger;

/// <summary>Reads books over HTTP. Only the bytes of a leaf are believed.</summary>
internal sealed class BookClient(ApiClient api)
{
    private const int PageSize = 1_000;

    /// <summary>The head that the server states.</summary>
    public async Task<BookHead?> HeadAsync(string book, CancellationToken cancellation)
    {
        var answer = await api.FindAsync($"api/v1/books/{Uri.EscapeDataString(book)}/head", cancellation);
        if (answer?.Json() is not { } head)
            return null;
        return new BookHead(head.GetProperty("size").GetInt64(), Hash.TryParse(head.GetProperty("lastLeaf").GetString(), out var leaf) ? leaf : default);
    }

    /// <summary>All leaves up to a size, in order.</summary>
    public async IAsyncEnumerable<byte[]> LeavesAsync(string book, long size, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var item in ItemsAsync(book, size, "", cancellation))
            yield return Bytes(item, "bytes");
    }

    /// <summary>All leaves of the ledger up to a size, in order; the first of each calculation with its facts.</summary>
    public async IAsyncEnumerable<(byte[] Bytes, byte[]? Facts)> EntriesAsync(long size, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var item in ItemsAsync(Books.Ledger, size, "&facts=true", cancellation))
            yield return (Bytes(item, "bytes"), item.GetProperty("facts").ValueKind == JsonValueKind.String ? Bytes(item, "facts") : null);
    }

    private async IAsyncEnumerable<JsonElement> ItemsAsync(
        string book, long size, string query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (long from = 0; from < size;)
        {
            var page = (await api.SendAsync(
                ApiRequest.Get($"api/v1/books/{Uri.EscapeDataString(book)}/entries?from={from}&limit={Math.Min(PageSize, size - from)}{query}"), cancellation)).Json();
            var items = page.GetProperty("items");
            if (items.GetArrayLength() == 0)
                yield break;
            foreach (var item in items.EnumerateArray())
                yield return item;
            from += items.GetArrayLength();
        }
    }

    /// <summary>All accounts with the balances that the server states.</summary>
    public async Task<Dictionary<AccountKey, long>> AccountsAsync(CancellationToken cancellation)
    {
        var accounts = new Dictionary<AccountKey, long>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = (await api.SendAsync(ApiRequest.Get($"api/v1/accounts?limit=200{(cursor.Length == 0 ? "" : $"&cursor={cursor}")}"), cancellation)).Json();
            foreach (var item in page.GetProperty("items").EnumerateArray())
            {
                if (Currency.TryParse(item.GetProperty("currency").GetString(), out var currency))
                    accounts[new AccountKey(item.GetProperty("account").GetString()!, currency)] = item.GetProperty("balanceMinor").GetInt64();
            }
            cursor = page.GetProperty("next").GetString();
        }
        return accounts;
    }

    private static byte[] Bytes(JsonElement item, string name) => Base64Url.TryDecode(item.GetProperty(name).GetString(), 1 << 21, out var bytes)
        ? bytes
        : throw new InvalidDataException("The server sent a leaf that is no base64url.");
}

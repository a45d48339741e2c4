using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Commission.Domain.Deals;

namespace Commission.Domain.Tests.Vectors;

/// <summary>One golden vector: an object of strings, integers and arrays.</summary>
public sealed record Vector(string File, string Name, JsonElement Json)
{
    public string this[string member] => Json.GetProperty(member).GetString()!;

    public byte[] Utf8(string member) => Encoding.UTF8.GetBytes(this[member]);

    public byte[] Hex(string member) => Convert.FromHexString(this[member]);

    public byte[] Bytes(string member) => Base64Url.TryDecode(this[member], 4096, out var bytes) ? bytes : throw new FormatException(member);

    public Hash Hash(string member) => Domain.Hash.TryParse(this[member], out var hash) ? hash : throw new FormatException(member);

    public string? Optional(string member) => Json.TryGetProperty(member, out var value) ? value.GetString() : null;

    public Hash ContentHash => Domain.Hash.Of(CanonicalJson.Canonicalize(Json));

    /// <summary>The vector's public key as the machine wants it.</summary>
    internal SigningKey SigningKey(ContactId owner)
    {
        var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(Bytes("publicKey"), out _);
        return new SigningKey(KeyId.Derive(owner, Bytes("publicKey")), owner, DateTimeOffset.MinValue, null, key);
    }

    public override string ToString() => $"{File} {Name}";
}

internal static class VectorFile
{
    private static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "Vectors", file);

    public static IEnumerable<string> Manifest => File.ReadLines(PathOf("manifest.txt"));

    public static IEnumerable<string> Files => Directory.EnumerateFiles(PathOf(""), "*.json").Select(path => Path.GetFileName(path)!);

    public static IEnumerable<Vector> Read(string file)
    {
        using var parsed = CanonicalJson.Parse(File.ReadAllBytes(PathOf(file)));
        return [.. parsed.RootElement.EnumerateArray().Select(json => new Vector(file, json.GetProperty("name").GetString()!, json.Clone()))];
    }

    public static TheoryData<Vector> Rows(string file) => [.. Read(file)];
}

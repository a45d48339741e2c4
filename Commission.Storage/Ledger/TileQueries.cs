using System.Buffers.Binary;
using Commission.Domain;
using Commission.Domain.Ledger;
using Commission.Domain.Ledger.Log;
using Npgsql;

namespace Commission.Storage.Ledger;

/// <summary>A book's end with the root of its tree.</summary>
/// <param name="BookId">Its number in the tables.</param>
/// <param name="Size">Leaves.</param>
/// <param name="Root">RFC 6962 root over them.</param>
public sealed record TreeHead(int BookId, long Size, Hash Root);

/// <summary>Reads of a book's Merkle tree, of any size up to the present one: tiles, entry bundles and proofs.</summary>
public sealed class TileQueries(NpgsqlDataSource dataSource)
{
    /// <summary>The tree's end, or null when there is no such book.</summary>
    public async Task<TreeHead?> ReadHeadAsync(string book, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("select id, size, frontier from book_head where book = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = book });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new TreeHead(reader.GetInt32(0), reader.GetInt64(1), TreeEdge.RootOf(reader.GetInt64(1), HashesOf(reader.GetFieldValue<byte[]>(2))))
            : null;
    }

    /// <summary>When the last of so many leaves was posted, or null when there is none.</summary>
    public async Task<DateTimeOffset?> ReadPostedAtAsync(TreeHead head, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("select posted_at from book_entry where book_id = $1 and sequence = $2");
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = head.BookId });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = head.Size - 1 });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? reader.GetFieldValue<DateTimeOffset>(0) : null;
    }

    /// <summary>The first hashes of a tile, or null when the tree has not so many there.</summary>
    /// <param name="bookId">The book's number.</param>
    /// <param name="level">0 for leaf hashes.</param>
    /// <param name="index">The tile's place in the level.</param>
    /// <param name="width">How many of its 256 hashes.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public async Task<Hash[]?> ReadTileAsync(int bookId, int level, long index, int width, CancellationToken cancellationToken = default)
    {
        await using var complete = dataSource.CreateCommand("select hashes from book_tile where book_id = $1 and level = $2 and index = $3");
        complete.Parameters.Add(new NpgsqlParameter<int> { TypedValue = bookId });
        complete.Parameters.Add(new NpgsqlParameter<short> { TypedValue = (short)level });
        complete.Parameters.Add(new NpgsqlParameter<long> { TypedValue = index });
        if (await complete.ExecuteScalarAsync(cancellationToken) is byte[] hashes)
            return HashesOf(hashes.AsSpan(0, width * Hash.Size));
        var read = await ReadHashesAsync(bookId, level, index * Tile.Width, width, cancellationToken);
        return read.Length == width ? read : null;
    }

    /// <summary>The hashes of the rightmost, incomplete tile of a level in a tree of a size.</summary>
    public Task<Hash[]> ReadPartialAsync(int bookId, int level, long size, CancellationToken cancellationToken = default)
    {
        var width = Tile.WidthOfLast(level, size);
        return width == 0 ? Task.FromResult<Hash[]>([]) : ReadHashesAsync(bookId, level, Tile.HashesOf(level, size) - width, width, cancellationToken);
    }

    /// <summary>The bytes of leaves as an entry bundle (C2SP tlog-tiles): each after its length in 16 bits; null when there are not so many.</summary>
    public async Task<byte[]?> ReadBundleAsync(int bookId, long index, int width, CancellationToken cancellationToken = default)
    {
        await using var command = Leaves(bookId, index * Tile.Width, width);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        using var bundle = new MemoryStream();
        var (count, length) = (0, new byte[2]);
        for (; await reader.ReadAsync(cancellationToken); count++)
        {
            var bytes = reader.GetFieldValue<byte[]>(0);
            BinaryPrimitives.WriteUInt16BigEndian(length, checked((ushort)bytes.Length));
            bundle.Write(length);
            bundle.Write(bytes);
        }
        return count == width ? bundle.ToArray() : null;
    }

    /// <summary>The proof that a leaf is in the tree of a size (RFC 6962 section 2.1.1).</summary>
    public async Task<Hash[]> ProveInclusionAsync(int bookId, long index, long size, CancellationToken cancellationToken = default)
    {
        var nodes = await ReadNodesAsync(bookId, TreeProof.NodesOfInclusion(index, size), cancellationToken);
        return TreeProof.ProveInclusion(index, size, node => nodes[node]);
    }

    /// <summary>The proofs of many leaves; each tile is read once.</summary>
    public async Task<IReadOnlyList<Hash[]>> ProveInclusionsAsync(
        int bookId, IReadOnlyList<long> indexes, long size, CancellationToken cancellationToken = default)
    {
        var needed = indexes.SelectMany(index => TreeProof.NodesOfInclusion(index, size)).Distinct().ToArray();
        var nodes = await ReadNodesAsync(bookId, needed, cancellationToken);
        return [.. indexes.Select(index => TreeProof.ProveInclusion(index, size, node => nodes[node]))];
    }

    /// <summary>The proof that the tree of a size goes on from that of an earlier one (RFC 6962 section 2.1.2).</summary>
    public async Task<Hash[]> ProveConsistencyAsync(int bookId, long first, long second, CancellationToken cancellationToken = default)
    {
        var nodes = await ReadNodesAsync(bookId, TreeProof.NodesOfConsistency(first, second), cancellationToken);
        return TreeProof.ProveConsistency(first, second, node => nodes[node]);
    }

    /// <summary>The root of the tree as it was at a size.</summary>
    public async Task<Hash> ReadRootAsync(int bookId, long size, CancellationToken cancellationToken = default)
    {
        if (size == 0)
            return MerkleTree.Root([]);
        var needed = TreeProof.NodesOfRoot(size);
        var nodes = await ReadNodesAsync(bookId, needed, cancellationToken);
        return TreeEdge.RootOf(size, [.. needed.Select(node => nodes[node])]);
    }

    /// <summary>Hashes one after another.</summary>
    internal static byte[] BytesOf(ReadOnlySpan<Hash> hashes)
    {
        var bytes = new byte[hashes.Length * Hash.Size];
        for (var i = 0; i < hashes.Length; i++)
            hashes[i].CopyTo(bytes.AsSpan(i * Hash.Size));
        return bytes;
    }

    /// <summary>What <see cref="BytesOf"/> wrote.</summary>
    internal static Hash[] HashesOf(ReadOnlySpan<byte> bytes)
    {
        var hashes = new Hash[bytes.Length / Hash.Size];
        for (var i = 0; i < hashes.Length; i++)
            hashes[i] = new Hash(bytes.Slice(i * Hash.Size, Hash.Size));
        return hashes;
    }

    private async Task<Dictionary<TreeNode, Hash>> ReadNodesAsync(int bookId, IReadOnlyList<TreeNode> nodes, CancellationToken cancellationToken)
    {
        var read = new Dictionary<TreeNode, Hash>(nodes.Count);
        foreach (var tile in nodes.GroupBy(node => (node.TileLevel, node.TileIndex)))
        {
            var width = tile.Max(node => node.TileOffset + node.TileSpan);
            var hashes = await ReadTileAsync(bookId, tile.Key.TileLevel, tile.Key.TileIndex, width, cancellationToken)
                ?? throw new ArgumentOutOfRangeException(nameof(nodes), "The tree has not so many leaves.");
            foreach (var node in tile)
                read[node] = MerkleTree.Root(hashes.AsSpan(node.TileOffset, node.TileSpan));
        }
        return read;
    }

    /// <summary>Hashes of a level: of leaves at level 0, roots of complete tiles below at any other.</summary>
    private async Task<Hash[]> ReadHashesAsync(int bookId, int level, long from, int count, CancellationToken cancellationToken)
    {
        await using var command = level == 0 ? Leaves(bookId, from, count) : Roots(bookId, level - 1, from, count);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var hashes = new List<Hash>(count);
        while (await reader.ReadAsync(cancellationToken))
        {
            var bytes = reader.GetFieldValue<byte[]>(0);
            hashes.Add(level == 0 ? MerkleTree.LeafHash(bytes) : new Hash(bytes));
        }
        return [.. hashes];
    }

    private NpgsqlCommand Leaves(int bookId, long from, int count)
    {
        var command = dataSource.CreateCommand("select bytes from book_entry where book_id = $1 and sequence >= $2 and sequence < $3 order by sequence");
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = bookId });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = from });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = from + count });
        return command;
    }

    private NpgsqlCommand Roots(int bookId, int level, long from, int count)
    {
        var command = dataSource.CreateCommand("""
            select root from book_tile where book_id = $1 and level = $2 and index >= $3 and index < $4 order by index
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = bookId });
        command.Parameters.Add(new NpgsqlParameter<short> { TypedValue = (short)level });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = from });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = from + count });
        return command;
    }
}

using System.Text;
using System.Text.Json;
using Commission.Domain;
using Commission.Domain.Ledger.Evidence;
using Commission.Domain.Ledger.Log;

namespace Commission.Verifier;

/// <summary>One run of the tool: reads the arguments, verifies, and tells.</summary>
internal static class Verification
{
    private const string Usage = """
        commission-verify pack FILE --key VKEY [--witness VKEY …] [--checkpoint OLDER [--proof FILE]]
        commission-verify book FILE --key VKEY [--witness VKEY …] [--checkpoint OLDER] [--account NAME]

        Verifies an evidence pack, or a whole exported book, without asking anybody. VKEY is a verifier key as
        /log/BOOK/keys gives it: get it from somewhere else than the file. OLDER is a checkpoint that you kept,
        FILE of --proof what /log/BOOK/proof/consistency answered for the two sizes.
        """;

    private sealed record Arguments(string Command, string File, ILookup<string, string> Options);

    public static Failure Run(string[] args, TextWriter output, TextWriter errors)
    {
        try
        {
            var arguments = Parse(args);
            var trust = TrustOf(arguments.Options);
            Tell(Verify(arguments, trust), output);
            return Failure.None;
        }
        catch (VerificationException refuted)
        {
            errors.WriteLine(refuted.Failure == Failure.Usage ? $"{refuted.Message}\n\n{Usage}" : $"NOT VERIFIED ({refuted.Failure}): {refuted.Message}");
            return refuted.Failure;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            errors.WriteLine(error.Message);
            return Failure.Usage;
        }
        catch (Exception error) when (error is FormatException or JsonException or InvalidOperationException or KeyNotFoundException or OverflowException)
        {
            errors.WriteLine($"NOT VERIFIED ({Failure.Unreadable}): {error.Message}");
            return Failure.Unreadable;
        }
    }

    private static Findings Verify(Arguments arguments, Trust trust)
    {
        if (arguments.Command == "pack")
            return PackVerifier.Verify(ReadBounded(arguments.File), trust);
        using var file = new StreamReader(arguments.File, new UTF8Encoding(false));
        return BookFile.Verify(file, trust, arguments.Options["--account"].FirstOrDefault());
    }

    private static void Tell(Findings findings, TextWriter output)
    {
        output.WriteLine("VERIFIED");
        foreach (var line in findings.Shown.SelectMany(text => text.Split('\n')))
            output.WriteLine($"  {line}");
        output.WriteLine("Not shown:");
        foreach (var line in findings.NotShown)
            output.WriteLine($"  {line}");
    }

    private static Arguments Parse(string[] args)
    {
        if (args is not ["pack" or "book", var file, ..])
            throw new VerificationException(Failure.Usage, "Say what to verify: a pack or a book.");
        string[] known = args[0] == "pack" ? ["--key", "--witness", "--checkpoint", "--proof"] : ["--key", "--witness", "--checkpoint", "--account"];
        var options = new List<(string Name, string Value)>();
        for (var i = 2; i < args.Length; i += 2)
        {
            if (!known.Contains(args[i]) || i + 1 == args.Length)
                throw new VerificationException(Failure.Usage, $"'{args[i]}' is not understood, or its value is missing.");
            options.Add((args[i], args[i + 1]));
        }
        return new Arguments(args[0], file, options.ToLookup(option => option.Name, option => option.Value));
    }

    private static Trust TrustOf(ILookup<string, string> options)
    {
        if (!options["--key"].Any())
            throw new VerificationException(Failure.Usage, "--key is missing: without a key nothing is signed.");
        try
        {
            return new Trust(
                [.. options["--key"].Select(NoteKey.Parse)], [.. options["--witness"].Select(NoteKey.Parse)],
                options["--checkpoint"].FirstOrDefault() is { } older ? SignedNote.Read(ReadBounded(older).Span) : null,
                options["--proof"].FirstOrDefault() is { } proof ? Proof(ReadBounded(proof)) : null);
        }
        catch (FormatException error)
        {
            throw new VerificationException(Failure.Usage, error.Message);
        }
    }

    private static ConsistencyProof Proof(ReadOnlyMemory<byte> bytes)
    {
        using var json = CanonicalJson.Parse(bytes);
        try
        {
            return new ConsistencyProof(
                json.RootElement.GetProperty("first").GetInt64(), json.RootElement.GetProperty("second").GetInt64(),
                [.. json.RootElement.GetProperty("hashes").EnumerateArray().Select(hash =>
                    Hash.TryParse(hash.GetString(), out var parsed) ? parsed : throw new FormatException("The proof's hashes must be hexadecimal."))]);
        }
        catch (Exception error) when (error is InvalidOperationException or KeyNotFoundException)
        {
            throw new FormatException("The proof is not what /log/BOOK/proof/consistency answers.", error);
        }
    }

    /// <summary>At most one byte more than any file may have: the rest would be refused anyway.</summary>
    private static ReadOnlyMemory<byte> ReadBounded(string path)
    {
        using var file = File.OpenRead(path);
        var buffer = new byte[Math.Min(file.CanSeek ? file.Length : long.MaxValue, EvidencePack.MaxBytes + 1)];
        return buffer.AsMemory(0, file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false));
    }
}

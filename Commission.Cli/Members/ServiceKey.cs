using System.Buffers.Text;
using System.Security.Cryptography;

namespace Commission.Cli.Members;

/// <summary>The private key of a service: ECDSA P-256, a PEM file that only its owner can read.</summary>
internal sealed class ServiceKey : IDisposable
{
    private readonly ECDsa _key;

    private ServiceKey(ECDsa key) => _key = key;

    /// <summary>Base64url of the SubjectPublicKeyInfo, as the API takes it.</summary>
    public string PublicKey => Base64Url.EncodeToString(_key.ExportSubjectPublicKeyInfo());

    public static string DefaultPath(string source) => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify),
        "commission",
        $"import-{source}.pem");

    /// <exception cref="CryptographicException">The file holds no private P-256 key.</exception>
    public static ServiceKey LoadOrCreate(string path)
    {
        if (!File.Exists(path))
            Create(path);

        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(path));
            if (key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value != ECCurve.NamedCurves.nistP256.Oid.Value)
                throw new CryptographicException("the key is not on the curve P-256");
            _ = key.SignData([], HashAlgorithmName.SHA256);
            return new ServiceKey(key);
        }
        catch (ArgumentException problem)
        {
            key.Dispose();
            throw new CryptographicException("the file holds no private key in PEM form", problem);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>IEEE P1363 form, 64 bytes.</summary>
    public byte[] Sign(byte[] message) =>
        _key.SignData(message, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    public void Dispose() => _key.Dispose();

    /// <summary>Written aside and then moved, so that a process killed in between never leaves half a key.</summary>
    private static void Create(string path)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var aside = $"{path}.{Guid.NewGuid():n}.tmp";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var writer = new StreamWriter(aside, options))
            writer.WriteLine(key.ExportPkcs8PrivateKeyPem());
        try
        {
            File.Move(aside, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another import made the key at the same moment: theirs is as good, and it is the one both will load.
            File.Delete(aside);
        }
    }
}

using System.Security.Cryptography;
using System.Text.Json;
using Commission.Domain;
using Commission.Domain.Payouts;
using Commission.Domain.Payouts.Aba;
using Commission.Storage.Secrets;
using Microsoft.AspNetCore.DataProtection;

namespace Commission.Storage.Payouts;

/// <summary>The keys that encrypt accounts and files; all silos of a cluster share their folder, which is backed up with the database.</summary>
/// <param name="Provider">What encrypts with them.</param>
public sealed record PayeeVaultKeys(IDataProtectionProvider Provider);

/// <summary>
/// Encrypts what says where people are paid, with keys that lie outside the database. Batches and books know an account by a keyed hash,
/// which is the same for the same account and payee and tells nobody what it is of.
/// </summary>
public sealed class PayeeVault(PayeeVaultKeys keys, ClusterSecrets secrets)
{
    private const string CommitmentSecret = "payee-account";
    private readonly IDataProtector _accounts = keys.Provider.CreateProtector("payee-account");
    private readonly IDataProtector _files = keys.Provider.CreateProtector("payout-file");
    private readonly IDataProtector _papers = keys.Provider.CreateProtector("tax-paper");

    /// <summary>A function that encrypts accounts of one payee.</summary>
    public async Task<Func<BankAccount, SealedAccount>> SealerAsync(ContactId payee)
    {
        var key = await secrets.GetAsync(CommitmentSecret);
        return account => new SealedAccount(
            _accounts.Protect(JsonSerializer.SerializeToUtf8Bytes(account)), new Hash(HMACSHA256.HashData(key, new CanonicalObject()
                .Add("bsb", account.Bsb.Digits).Add("number", account.Number).Add("payee", payee.ToString()).Add("title", account.Title).ToBytes())));
    }

    /// <summary>The account again.</summary>
    public BankAccount Open(byte[] account) => JsonSerializer.Deserialize<BankAccount>(_accounts.Unprotect(account))!;

    /// <summary>A file, encrypted.</summary>
    public byte[] SealFile(byte[] file) => _files.Protect(file);

    /// <summary>The file's bytes, checked against their hash.</summary>
    /// <exception cref="InvalidDataException">They are others.</exception>
    public byte[] OpenFile(StoredPayoutFile file)
    {
        var bytes = _files.Unprotect(file.Content);
        return Hash.Of(bytes) == file.Hash ? bytes : throw new InvalidDataException($"Part {file.Part} is not what was stored.");
    }

    /// <summary>A tax paper, encrypted: it has names.</summary>
    public byte[] SealPaper(byte[] paper) => _papers.Protect(paper);

    /// <summary>The paper's canonical bytes, checked against their hash.</summary>
    /// <exception cref="InvalidDataException">They are others.</exception>
    public byte[] OpenPaper(byte[] content, Hash hash)
    {
        var bytes = _papers.Unprotect(content);
        return Hash.Of(bytes) == hash ? bytes : throw new InvalidDataException($"The paper {hash} is not what was stored.");
    }
}

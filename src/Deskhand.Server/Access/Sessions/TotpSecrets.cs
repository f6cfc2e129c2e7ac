using System.Security.Cryptography;

namespace Deskhand.Access;

/// <summary>Second-factor secrets as they lie in the database: sealed, because unlike passwords they must be read again (AES-256-GCM; nonce, tag, text).</summary>
internal sealed class TotpSecrets(JwtSecret secret)
{
    private readonly byte[] key = secret.DataProtectionKey;

    public byte[] Seal(byte[] plain, Guid tenantId, Guid userId)
    {
        using var aes = new AesGcm(key, AesGcm.TagByteSizes.MaxSize);
        var (nonceSize, tagSize) = (AesGcm.NonceByteSizes.MaxSize, AesGcm.TagByteSizes.MaxSize);
        var all = new byte[nonceSize + tagSize + plain.Length];
        RandomNumberGenerator.Fill(all.AsSpan(0, nonceSize));
        aes.Encrypt(all.AsSpan(0, nonceSize), plain, all.AsSpan(nonceSize + tagSize), all.AsSpan(nonceSize, tagSize), Owner(tenantId, userId));
        return all;
    }

    /// <summary>Null when it was sealed with another installation's secret, or for somebody else.</summary>
    public byte[]? Open(byte[] @sealed, Guid tenantId, Guid userId)
    {
        using var aes = new AesGcm(key, AesGcm.TagByteSizes.MaxSize);
        var (nonceSize, tagSize) = (AesGcm.NonceByteSizes.MaxSize, AesGcm.TagByteSizes.MaxSize);
        if (@sealed.Length < nonceSize + tagSize) return null;
        var plain = new byte[@sealed.Length - nonceSize - tagSize];
        try
        {
            aes.Decrypt(@sealed.AsSpan(0, nonceSize), @sealed.AsSpan(nonceSize + tagSize), @sealed.AsSpan(nonceSize, tagSize), plain, Owner(tenantId, userId));
            return plain;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    private static byte[] Owner(Guid tenantId, Guid userId) => [.. tenantId.ToByteArray(), .. userId.ToByteArray()];
}

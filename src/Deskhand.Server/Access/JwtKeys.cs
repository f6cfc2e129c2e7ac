using System.Security.Cryptography;
using Microsoft.Extensions.ObjectPool;

namespace Deskhand.Access;

/// <summary>The whole list (RFC 7518 §3.1). Anything else, and <c>none</c> above all, does not exist here.</summary>
[Flags]
internal enum JwtAlgorithms
{
    None = 0,
    HS256 = 1,
    RS256 = 2,
    ES256 = 4,
}

/// <summary>
/// A key knows the one algorithm it is for, so that a token cannot have a public RSA key used as an HMAC secret (RFC 8725 §3.1).
/// Instances live as long as something verifies with them; the finaliser of the platform handle frees them.
/// </summary>
internal abstract class JwtKey(string? keyId, JwtAlgorithms algorithm)
{
    public string? KeyId { get; } = keyId;
    public JwtAlgorithms Algorithm { get; } = algorithm;

    public abstract bool Verify(ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature);
}

internal sealed class Hs256Key : JwtKey
{
    /// <summary>RFC 7518 §3.2: at least as long as the hash.</summary>
    public const int MinBytes = HMACSHA256.HashSizeInBytes;

    // The one-shot HMACSHA256.HashData sets the key up anew each time (2.5 µs against 1.2 µs for a token); a keyed instance is reusable but not for two threads at once, hence the pool.
    private readonly ObjectPool<IncrementalHash> _keyed;

    public Hs256Key(string? keyId, ReadOnlySpan<byte> key) : base(keyId, JwtAlgorithms.HS256)
    {
        if (key.Length < MinBytes) throw new ArgumentException($"An HS256 key has at least {MinBytes} bytes.", nameof(key));
        _keyed = new DefaultObjectPoolProvider().Create(new KeyedHash(key.ToArray()));
    }

    public void Sign(ReadOnlySpan<byte> signed, Span<byte> signature)
    {
        var keyed = _keyed.Get();
        keyed.AppendData(signed);
        keyed.GetHashAndReset(signature);
        _keyed.Return(keyed);
    }

    public override bool Verify(ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Sign(signed, expected);
        return CryptographicOperations.FixedTimeEquals(expected, signature);
    }

    private sealed class KeyedHash(byte[] key) : IPooledObjectPolicy<IncrementalHash>
    {
        public IncrementalHash Create() => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        public bool Return(IncrementalHash obj) => true;
    }
}

internal sealed class Rs256Key : JwtKey
{
    /// <summary>RFC 7518 §3.3. The upper bound keeps a hostile key set from making each verification expensive.</summary>
    public const int MinBits = 2048;
    public const int MaxBits = 8192;

    // RSA and ECDsa instances are not promised to be safe for concurrent use; a verification takes about 30 µs.
    private readonly Lock _gate = new();
    private readonly RSA _key;

    /// <exception cref="CryptographicException">The key is too small, too large, or not an RSA key.</exception>
    public Rs256Key(string? keyId, RSAParameters parameters) : base(keyId, JwtAlgorithms.RS256)
    {
        // before the import: it cannot take an empty modulus, and an even one would make each verification fail with an exception
        var modulus = parameters.Modulus.AsSpan().TrimStart((byte)0);
        if (modulus.Length is < MinBits / 8 or > MaxBits / 8 || modulus[^1] % 2 == 0)
            throw new CryptographicException($"An RSA key has an odd modulus of {MinBits} to {MaxBits} bits.");

        _key = RSA.Create(new RSAParameters { Modulus = modulus.ToArray(), Exponent = parameters.Exponent });
        if (_key.KeySize < MinBits) throw new CryptographicException($"An RSA key has at least {MinBits} bits.");
    }

    public override bool Verify(ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        lock (_gate) return _key.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }
}

internal sealed class Es256Key : JwtKey
{
    /// <summary>RFC 7518 §3.4: R and S of 32 bytes each (IEEE P1363), never DER.</summary>
    public const int SignatureBytes = 64;

    private readonly Lock _gate = new();
    private readonly ECDsa _key;

    /// <exception cref="CryptographicException">The point is not on P-256.</exception>
    public Es256Key(string? keyId, ECPoint point) : base(keyId, JwtAlgorithms.ES256) =>
        _key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = point });

    public override bool Verify(ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureBytes) return false;
        lock (_gate)
            return _key.VerifyData(signed, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Deskhand.Access;

/// <summary>
/// Stored passwords: the framework's hasher (PBKDF2 with HMAC-SHA512, salt of 128 bits). One verification keeps a core busy for
/// about a tenth of a second, so callers limit how many run at once.
/// </summary>
internal sealed class Passwords
{
    /// <summary>
    /// OWASP Password Storage Cheat Sheet (2023 and later): at least 210,000 for PBKDF2-HMAC-SHA512; the framework's default is 100,000.
    /// </summary>
    public const int Iterations = 210_000;

    // one to hash and one to compare with: the type argument only tells hashers of different users apart
    private readonly PasswordHasher<Passwords> _hasher = new(Options.Create(new PasswordHasherOptions
    {
        CompatibilityMode = PasswordHasherCompatibilityMode.IdentityV3,
        IterationCount = Iterations,
    }));

    // fits no password: it is no PBKDF2 output but random
    private readonly string _nobody = HashOfNothing();

    public string Hash(string password) => _hasher.HashPassword(this, password);

    /// <summary>
    /// <paramref name="hash"/> is null for a person who has none yet (invited, or signed in elsewhere): refused, in the same time.
    /// When a rehash is needed, the caller stores <see cref="Hash"/> of the password that was just right.
    /// </summary>
    public (bool Ok, bool NeedsRehash) Verify(string? hash, string password)
    {
        // longer than any that could have been set; not worth hashing megabytes
        var possible = password.Length <= PasswordPolicy.MaxLength;
        var result = _hasher.VerifyHashedPassword(this, possible && hash is not null ? hash : _nobody, possible ? password : "");
        return result switch
        {
            PasswordVerificationResult.Success => (true, false),
            PasswordVerificationResult.SuccessRehashNeeded => (true, true),
            PasswordVerificationResult.Failed => (false, false),
        };
    }

    /// <summary>For an account that does not exist: as long as <see cref="Verify"/>, so that the time tells nothing (security case 36).</summary>
    public void VerifyNothing(string password) => Verify(null, password);

    // The hasher's third format: marker 1, then big-endian PRF (2 = HMAC-SHA512), iterations and salt length, salt, subkey.
    // Written out because computing a hash would delay the start, or the first sign-in, by a tenth of a second.
    private static string HashOfNothing()
    {
        const int saltBytes = 16, subkeyBytes = 32;
        var hash = new byte[1 + 3 * sizeof(uint) + saltBytes + subkeyBytes];
        hash[0] = 1;
        BinaryPrimitives.WriteUInt32BigEndian(hash.AsSpan(1), 2);
        BinaryPrimitives.WriteUInt32BigEndian(hash.AsSpan(5), Iterations);
        BinaryPrimitives.WriteUInt32BigEndian(hash.AsSpan(9), saltBytes);
        RandomNumberGenerator.Fill(hash.AsSpan(13));
        return Convert.ToBase64String(hash);
    }
}

using System.Security.Cryptography;
using System.Text;
using Deskhand.Access;

namespace Deskhand.Server.Tests.Access;

public sealed class JwtSecretTests : IDisposable
{
    private const string Good = "mG4v8Qe2Zr7uXk1NcB9yTf5LhWd3SaJp6oViKtRxEqU=";

    private readonly string _folder = Folders.CreateTempSubdirectory("deskhand-secret-").FullName;

    public void Dispose() => Folders.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("x", "has 1 bytes")]
    [InlineData("0123456789abcdefghijklmnopqrstu", "has 31 bytes")]
    [InlineData("your-256-bit-secret-your-256-bit-secret", "known sample")]
    [InlineData("a-string-secret-at-least-256-bits-long", "known sample")]
    [InlineData("a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long", "known sample")]
    [InlineData("change-me-change-me-change-me-change-me", "known sample")]
    [InlineData("CHANGE_ME_IN_PRODUCTION_PLEASE_32_BYTES", "known sample")]
    [InlineData("your-super-secret-jwt-token-with-at-least-32-characters-long", "known sample")]
    [InlineData("secretsecretsecretsecretsecretsecret", "repeats one piece")]
    [InlineData("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow", "known sample")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "repeats one piece")]
    [InlineData("0123456789abcdef0123456789abcdef", "known sample")]
    [InlineData("k7Gq2k7Gq2k7Gq2k7Gq2k7Gq2k7Gq2k7Gq2", "repeats one piece")]
    [InlineData("0110100110010110100101100110100110", "fewer than 8 different")]
    [InlineData("abcdefghijklmnopqrstuvwxyz012345", "known sample")]
    public void A_poor_secret_stops_the_start_with_a_message_that_names_the_variable(string secret, string reason)
    {
        var (opened, refusal) = JwtSecret.Open(secret, _folder);
        Assert.Null(opened);
        Assert.StartsWith("DESKHAND_JWT_SECRET ", refusal, StringComparison.Ordinal);
        Assert.Contains(reason, refusal, StringComparison.Ordinal);
        if (secret.Length > 8) Assert.DoesNotContain(secret, refusal, StringComparison.Ordinal);
        Assert.Empty(Folders.GetFiles(_folder));
    }

    [Fact]
    public void Random_secrets_in_the_usual_spellings_will_do()
    {
        for (var i = 0; i < 1000; i++)
        {
            Assert.Null(JwtSecretPolicy.Refusal(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))));
            Assert.Null(JwtSecretPolicy.Refusal(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))));
            Assert.Null(JwtSecretPolicy.Refusal(Convert.ToBase64String(RandomNumberGenerator.GetBytes(48))));
        }
    }

    [Theory]
    [InlineData("deskhand-production-key-nobody-knows")]
    [InlineData("integration-testsecret-for-development-only-1")]
    [InlineData("this-is-a-very-long-key-for-our-server")]
    [InlineData("example.com default password of the lab rack 7")]
    public void An_operators_own_words_will_do(string secret) => Assert.Null(JwtSecretPolicy.Refusal(secret));

    [Fact]
    public void The_length_is_counted_in_bytes() => Assert.Null(JwtSecretPolicy.Refusal("ñandúñ€çßø¿æœŧłđħĸ"));

    [Fact]
    public void Without_configuration_a_secret_is_made_once_and_kept_private()
    {
        var (first, refusal) = JwtSecret.Open(null, _folder);
        Assert.Null(refusal);
        var (second, _) = JwtSecret.Open("", _folder);
        Assert.Equal(first!.SignedLinkKey, second!.SignedLinkKey);

        var file = Assert.Single(Folders.GetFiles(_folder));
        Assert.Equal("jwt.secret", Path.GetFileName(file));
        Assert.Equal(64, File.ReadAllText(file).Trim().Length);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task Servers_that_start_together_agree_on_one_secret()
    {
        var opened = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => JwtSecret.Open(null, Path.Combine(_folder, "new")))));
        Assert.All(opened, one => Assert.Null(one.Refusal));
        Assert.Single(opened.Select(one => Convert.ToHexString(one.Secret!.SignedLinkKey)).Distinct(StringComparer.Ordinal));
        Assert.Single(Folders.GetFiles(Path.Combine(_folder, "new")));
    }

    [Fact]
    public void A_kept_file_that_others_may_read_is_closed_and_one_that_is_damaged_is_refused()
    {
        var path = Path.Combine(_folder, "jwt.secret");
        JwtSecret.Open(null, _folder);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, (UnixFileMode)0b110_100_100);
            Assert.NotNull(JwtSecret.Open(null, _folder).Secret);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }

        File.WriteAllText(path, "");
        var (secret, refusal) = JwtSecret.Open(null, _folder);
        Assert.Null(secret);
        Assert.Contains(path, refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_a_refusal_and_no_crash()
    {
        var file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");
        var (secret, refusal) = JwtSecret.Open(null, Path.Combine(file, "data"));
        Assert.Null(secret);
        Assert.Contains("DESKHAND_JWT_SECRET is not set", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_differ_by_purpose_and_stay_the_same()
    {
        var (one, _) = JwtSecret.Open(Good, _folder);
        var (other, _) = JwtSecret.Open(Good, _folder);
        string[] purposes = ["access-token", "signed-link", "data-protection", ""];
        Assert.Equal(4, purposes.Select(purpose => Convert.ToHexString(one!.Derive(purpose))).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(one!.SignedLinkKey, other!.SignedLinkKey);
        Assert.Equal(32, one.DataProtectionKey.Length);

        // fixed for ever: a release that derives otherwise signs everybody out and loses what is encrypted
        var expected = HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(Good), 32, "deskhand"u8.ToArray(), "signed-link"u8.ToArray());
        Assert.Equal(expected, one.SignedLinkKey);
    }

    [Fact]
    public void A_salt_changes_every_derived_key_and_not_the_shared_one()
    {
        var (plain, _) = JwtSecret.Open(Good, _folder);
        var salted = plain!.Salted(RandomNumberGenerator.GetBytes(32));
        Assert.NotEqual(plain.SignedLinkKey, salted.SignedLinkKey);
        Assert.NotEqual(plain.DataProtectionKey, salted.DataProtectionKey);
        Assert.Same(plain.OutsideKey, salted.OutsideKey);
        Assert.Throws<ArgumentException>(() => plain.Salted(new byte[31]));
    }

    [Fact]
    public void Sec38_a_token_signed_with_the_shared_secret_is_no_session()
    {
        var now = new DateTimeOffset(2026, 11, 5, 12, 0, 0, TimeSpan.Zero);
        var (secret, _) = JwtSecret.Open(Good, _folder);
        var own = new JwtRules { Algorithms = JwtAlgorithms.HS256, Keys = [secret!.AccessTokenKey], Issuers = ["deskhand"], Audience = null };
        var claims = new JwtClaims { Issuer = "deskhand", Subject = "u1", SessionId = "s1", ExpiresAt = now.AddMinutes(5) };
        var raw = Encoding.UTF8.GetBytes(Good);

        Assert.True(JwtVerification.Verify(Jwt.Sign(secret.AccessTokenKey, claims), own, now).IsValid);
        Assert.Equal(JwtRefusal.UnknownKey, JwtVerification.Verify(Jwt.Sign(new Hs256Key(null, raw), claims), own, now).Refusal);
        Assert.Equal(JwtRefusal.BadSignature, JwtVerification.Verify(Jwt.Sign(new Hs256Key(secret.AccessTokenKey.KeyId, raw), claims), own, now).Refusal);

        // and the other way round
        var outside = own with { Keys = [secret.OutsideKey!], Issuers = [] };
        Assert.True(JwtVerification.Verify(Jwt.Sign(new Hs256Key("theirs", raw), claims), outside, now).IsValid);
        Assert.Equal(JwtRefusal.BadSignature, JwtVerification.Verify(Jwt.Sign(secret.AccessTokenKey, claims), outside, now).Refusal);
    }

    [Fact]
    public void A_generated_secret_is_shared_with_nobody() => Assert.Null(JwtSecret.Open(null, _folder).Secret!.OutsideKey);
}

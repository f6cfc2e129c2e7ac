using System.Buffers.Binary;
using System.Diagnostics;
using Deskhand.Access;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Deskhand.Server.Tests.Access;

public sealed class PasswordsTests
{
    private const string Good = "otter lantern seven quilt";
    private readonly Passwords _passwords = new();

    [Fact]
    public void A_password_verifies_against_its_own_hash_only()
    {
        var hash = _passwords.Hash(Good);
        Assert.Equal((true, false), _passwords.Verify(hash, Good));
        Assert.Equal((false, false), _passwords.Verify(hash, Good + " "));
        Assert.NotEqual(hash, _passwords.Hash(Good), StringComparer.Ordinal);
    }

    [Fact]
    public void A_hash_is_PBKDF2_SHA512_with_the_iterations_that_OWASP_asks_for()
    {
        var bytes = Convert.FromBase64String(_passwords.Hash(Good));
        Assert.Equal(1, bytes[0]);
        Assert.Equal(2u, BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(1)));
        Assert.InRange(BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(5)), 210_000u, 2_000_000u);
    }

    [Fact]
    public void A_hash_of_fewer_iterations_verifies_and_asks_for_a_new_one()
    {
        var weaker = new PasswordHasher<string>(Options.Create(new PasswordHasherOptions { IterationCount = 1000 }));
        Assert.Equal((true, true), _passwords.Verify(weaker.HashPassword("", Good), Good));
    }

    [Fact]
    public void Nobody_signs_in_without_a_hash()
    {
        Assert.Equal((false, false), _passwords.Verify(null, Good));
        Assert.Equal((false, false), _passwords.Verify(null, ""));
        Assert.Equal((false, false), _passwords.Verify(_passwords.Hash(""), new string('x', 1_000_000)));
    }

    [Fact]
    public void Sec36_an_unknown_account_takes_as_long_as_a_wrong_password()
    {
        var hash = _passwords.Hash(Good);
        var (known, unknown, unset, tooLong) = (double.MaxValue, double.MaxValue, double.MaxValue, double.MaxValue);
        // the least of several: other work on the machine can only add
        for (var round = 0; round < 4; round++)
        {
            known = Math.Min(known, Milliseconds(() => _passwords.Verify(hash, "wrong")));
            unknown = Math.Min(unknown, Milliseconds(() => _passwords.VerifyNothing("wrong")));
            unset = Math.Min(unset, Milliseconds(() => _passwords.Verify(null, "wrong")));
            tooLong = Math.Min(tooLong, Milliseconds(() => _passwords.Verify(hash, new string('x', 300))));
        }

        Assert.InRange(unknown / known, 0.4, 2.5);
        Assert.InRange(unset / known, 0.4, 2.5);
        Assert.InRange(tooLong / known, 0.4, 2.5);
    }

    private static double Milliseconds(Action action)
    {
        var started = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    [Theory]
    [InlineData(Good)]
    [InlineData("dQ7#kv9!Lm")]
    [InlineData("mi gato duerme en la cocina")]
    [InlineData("パスワードではありません")]
    public void A_reasonable_password_will_do(string password) => Assert.Null(PasswordPolicy.Refusal(password, "ana@example.test"));

    [Theory]
    [InlineData("short", "at least 10")]
    [InlineData("dQ7#kv9!L", "at least 10")]
    [InlineData("", "at least 10")]
    [InlineData("password123", "first that are tried")]
    [InlineData("PASSWORD2026!", "first that are tried")]
    [InlineData("P@ssw0rd!!", "first that are tried")]
    [InlineData("!P4$$w0rd2026", "first that are tried")]
    [InlineData("Deskhand2026", "first that are tried")]
    [InlineData("deskhand-1234", "first that are tried")]
    [InlineData("D3skh4nd!!!!", "first that are tried")]
    [InlineData("iloveyou123", "first that are tried")]
    [InlineData("Summer2026!", "first that are tried")]
    [InlineData("administrator", "first that are tried")]
    [InlineData("welcome12345", "first that are tried")]
    [InlineData("q1w2e3r4t5", "first that are tried")]
    [InlineData("correcthorsebatterystaple", "first that are tried")]
    [InlineData("1234567890", "their order")]
    [InlineData("0987654321", "their order")]
    [InlineData("abcdefghijkl", "their order")]
    [InlineData("qwertyuiop", "their order")]
    [InlineData("1qaz2wsx3edc", "their order")]
    [InlineData("aaaaaaaaaaaa", "repeat")]
    [InlineData("abcabcabcabc", "repeat")]
    [InlineData("1212121212", "repeat")]
    [InlineData("ana.lopez@example.test", "e-mail")]
    [InlineData("ANA.LOPEZ@EXAMPLE.TEST", "e-mail")]
    [InlineData("ana.lopez2026", "e-mail")]
    [InlineData("Ana.Lopez!!!", "e-mail")]
    public void A_poor_password_is_refused_with_a_reason(string password, string reason) =>
        Assert.Contains(reason, PasswordPolicy.Refusal(password, "ana.lopez@example.test"), StringComparison.Ordinal);

    [Fact]
    public void A_password_has_at_most_256_characters()
    {
        var longest = string.Concat(Enumerable.Range(0, 64).Select(number => number.ToString("X2") + "z "));
        Assert.Null(PasswordPolicy.Refusal(longest, "ana@example.test"));
        Assert.Contains("at most 256", PasswordPolicy.Refusal(longest + "x", "ana@example.test"), StringComparison.Ordinal);
    }
}

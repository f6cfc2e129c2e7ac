using System.Text;
using Deskhand.Access;

namespace Deskhand.Server.Tests.Access;

public sealed class TotpTests
{
    private static readonly byte[] Secret = "12345678901234567890"u8.ToArray();
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_111_111_109);
    private static readonly long Step = Now.ToUnixTimeSeconds() / 30;

    // RFC 6238 appendix B, SHA-1; the vectors have eight digits, of which an app shows the last six
    [Theory]
    [InlineData(59, "94287082")]
    [InlineData(1_111_111_109, "07081804")]
    [InlineData(1_111_111_111, "14050471")]
    [InlineData(1_234_567_890, "89005924")]
    [InlineData(2_000_000_000, "69279037")]
    [InlineData(20_000_000_000, "65353130")]
    public void RFC_6238_vectors(long seconds, string code)
    {
        var at = DateTimeOffset.FromUnixTimeSeconds(seconds);
        Assert.Equal(code[2..], Totp.CodeAt(Secret, at));
        Assert.Equal(seconds / 30, Totp.Match(Secret, code.AsSpan(2), at, null));
    }

    [Theory]
    [InlineData(-2, false)]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void A_code_is_accepted_one_step_either_way(int steps, bool accepted)
    {
        var code = Totp.CodeAt(Secret, Now.AddSeconds(30 * steps));
        Assert.Equal(accepted ? Step + steps : null, Totp.Match(Secret, code, Now, null));
    }

    [Fact]
    public void A_code_that_was_used_is_refused_and_so_are_those_before_it()
    {
        var code = Totp.CodeAt(Secret, Now);
        var used = Totp.Match(Secret, code, Now, null);
        Assert.Equal(Step, used);
        Assert.Null(Totp.Match(Secret, code, Now, used));
        Assert.Null(Totp.Match(Secret, code, Now.AddSeconds(20), used));
        Assert.Null(Totp.Match(Secret, Totp.CodeAt(Secret, Now.AddSeconds(-30)), Now, used));
        Assert.Equal(Step + 1, Totp.Match(Secret, Totp.CodeAt(Secret, Now.AddSeconds(30)), Now.AddSeconds(30), used));
    }

    [Theory]
    [InlineData("")]
    [InlineData("12345")]
    [InlineData("0081804")]
    [InlineData("07081804")]
    [InlineData("-81804")]
    [InlineData("+81804")]
    [InlineData("08180a")]
    [InlineData("٠٨١٨٠٤")]
    [InlineData("0818040000000000000000000000000000000000000000")]
    public void What_is_not_six_digits_is_refused(string code) => Assert.Null(Totp.Match(Secret, code, Now, null));

    [Fact]
    public void A_code_may_be_typed_in_two_groups() => Assert.Equal(Step, Totp.Match(Secret, "081 804", Now, null));

    [Fact]
    public void A_new_secret_has_160_random_bits()
    {
        Assert.Equal(20, Totp.NewSecret().Length);
        Assert.NotEqual(Totp.NewSecret(), Totp.NewSecret());
    }

    [Fact]
    public void The_key_URI_is_what_apps_read() =>
        Assert.Equal(
            "otpauth://totp/Desk%20%26%20Co%3A1:ana%2Bx%40example.test?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Desk%20%26%20Co%3A1&algorithm=SHA1&digits=6&period=30",
            Totp.KeyUri(Secret, "Desk & Co:1", "ana+x@example.test"));

    // RFC 4648 §10
    [Theory]
    [InlineData("", "")]
    [InlineData("f", "MY======")]
    [InlineData("fo", "MZXQ====")]
    [InlineData("foo", "MZXW6===")]
    [InlineData("foob", "MZXW6YQ=")]
    [InlineData("fooba", "MZXW6YTB")]
    [InlineData("foobar", "MZXW6YTBOI======")]
    public void RFC_4648_base32_vectors(string text, string encoded)
    {
        Assert.Equal(encoded.TrimEnd('='), Base32.Encode(Encoding.ASCII.GetBytes(text)));
        Assert.True(Base32.TryDecode(encoded, out var bytes));
        Assert.Equal(text, Encoding.ASCII.GetString(bytes));
        Assert.True(Base32.TryDecode(encoded.TrimEnd('=').ToLowerInvariant(), out bytes));
        Assert.Equal(text, Encoding.ASCII.GetString(bytes));
    }

    [Theory]
    [InlineData("M")]
    [InlineData("MZX")]
    [InlineData("MZXW6Y")]
    [InlineData("MZXW1")]
    [InlineData("MZ=XW6")]
    public void What_is_not_base32_is_refused(string text) => Assert.False(Base32.TryDecode(text, out _));

    [Fact]
    public void Base32_gives_back_every_length()
    {
        var random = new Random(4648);
        for (var length = 0; length < 64; length++)
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            Assert.True(Base32.TryDecode(Base32.Encode(bytes), out var decoded));
            Assert.Equal(bytes, decoded);
        }
    }
}

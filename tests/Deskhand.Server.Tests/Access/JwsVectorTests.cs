using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Deskhand.Access;

namespace Deskhand.Server.Tests.Access;

/// <summary>The examples of RFC 7515 appendix A, signed by other people's software.</summary>
public sealed class JwsVectorTests
{
    private const string JoePayload = "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";

    internal const string A1Key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    internal const string A1Token =
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ." +
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    internal const string A2Modulus =
        "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
    internal const string A2Token =
        "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ." +
        "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

    internal const string A3Token =
        "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ." +
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

    internal static Hs256Key A1 => new(null, Bytes(A1Key));

    internal static Rs256Key A2 => new(null, new RSAParameters { Modulus = Bytes(A2Modulus), Exponent = Bytes("AQAB") });

    internal static Es256Key A3 => new(null, new ECPoint
    {
        X = Bytes("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"),
        Y = Bytes("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"),
    });

    [Fact]
    public void RFC_7515_A1_HS256_verifies() => Assert.Equal((JwtRefusal.None, JoePayload), Verify(A1Token, A1));

    [Fact]
    public void RFC_7515_A2_RS256_verifies() => Assert.Equal((JwtRefusal.None, JoePayload), Verify(A2Token, A2));

    [Fact]
    public void RFC_7515_A3_ES256_verifies() => Assert.Equal((JwtRefusal.None, JoePayload), Verify(A3Token, A3));

    [Fact]
    public void RFC_7515_A5_unsecured_token_is_refused() =>
        Assert.Equal(JwtRefusal.Malformed, Verify(
            "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.", A1).Refusal);

    [Theory]
    [InlineData(A1Token)]
    [InlineData(A2Token)]
    [InlineData(A3Token)]
    public void A_token_verifies_only_under_the_key_of_its_own_algorithm(string token)
    {
        JwtKey[] keys = [A1, A2, A3];
        Assert.Equal(1, keys.Count(key => Verify(token, key).Refusal == JwtRefusal.None));
        Assert.Equal(JwtRefusal.None, Verify(token, keys).Refusal);
    }

    [Fact]
    public void An_ES256_signature_in_DER_is_refused()
    {
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var key = new Es256Key(null, ec.ExportParameters(false).Q);
        var signed = A3Token[..A3Token.LastIndexOf('.')];
        var der = ec.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        var fixedField = ec.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256);

        Assert.Equal(JwtRefusal.None, Verify($"{signed}.{Base64Url.EncodeToString(fixedField)}", key).Refusal);
        Assert.Equal(JwtRefusal.BadSignature, Verify($"{signed}.{Base64Url.EncodeToString(der)}", key).Refusal);
    }

    [Fact]
    public void An_ES256_signature_of_zeroes_is_refused() =>
        // CVE-2022-21449: R = S = 0 fits every message when the range is not checked
        Assert.Equal(JwtRefusal.BadSignature, Verify($"{A3Token[..A3Token.LastIndexOf('.')]}.{new string('A', 86)}", A3).Refusal);

    [Fact]
    public void An_RSA_key_of_1024_bits_is_refused()
    {
        using var rsa = RSA.Create(1024);
        Assert.Throws<CryptographicException>(() => new Rs256Key(null, rsa.ExportParameters(false)));
    }

    [Fact]
    public void An_HMAC_key_of_31_bytes_is_refused() => Assert.Throws<ArgumentException>(() => new Hs256Key(null, new byte[31]));

    private static (JwtRefusal Refusal, string Payload) Verify(string token, params JwtKey[] keys)
    {
        var payload = new byte[token.Length];
        var refusal = Jws.Verify(
            Encoding.ASCII.GetBytes(token), JwtAlgorithms.HS256 | JwtAlgorithms.RS256 | JwtAlgorithms.ES256, keys, payload, out var length);
        return (refusal, Encoding.UTF8.GetString(payload, 0, length));
    }

    private static byte[] Bytes(string base64Url) => Base64Url.DecodeFromChars(base64Url);
}

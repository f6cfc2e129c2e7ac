using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Deskhand.Access;

namespace Deskhand.Server.Tests.Access;

public sealed class JsonWebKeySetTests
{
    // RFC 7517 A.1
    private const string Modulus =
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
    private const string X = "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4";
    private const string Y = "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM";

    private const string GoodRsa = $$"""{"kty":"RSA","n":"{{Modulus}}","e":"AQAB","alg":"RS256","kid":"2011-04-29"}""";
    private const string GoodEc = $$"""{"kty":"EC","crv":"P-256","x":"{{X}}","y":"{{Y}}","kid":"1"}""";

    private static IReadOnlyList<JwtKey>? Parse(params string[] keys) =>
        JsonWebKeySet.Parse(Encoding.UTF8.GetBytes($$"""{"keys":[{{string.Join(',', keys)}}]}"""));

    [Fact]
    public void RFC_7517_A1_modulus_has_the_thumbprint_of_RFC_7638() =>
        Assert.Equal("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($$"""{"e":"AQAB","kty":"RSA","n":"{{Modulus}}"}"""))));

    [Fact]
    public void RFC_7517_A1_signing_key_is_read_and_the_encryption_key_passed_over()
    {
        // as printed: the EC key of the example has "use":"enc"
        var keys = Parse($$"""{"kty":"EC","crv":"P-256","x":"{{X}}","y":"{{Y}}","use":"enc","kid":"1"}""", GoodRsa)!;
        Assert.Equal((JwtAlgorithms.RS256, "2011-04-29"), (Assert.Single(keys).Algorithm, keys[0].KeyId));
    }

    [Fact]
    public void Keys_of_both_kinds_are_read() =>
        Assert.Equal([JwtAlgorithms.RS256, JwtAlgorithms.ES256], Parse(GoodRsa, GoodEc)!.Select(key => key.Algorithm));

    [Fact]
    public void The_keys_of_RFC_7515_verify_its_tokens_when_they_come_from_a_set()
    {
        var keys = Parse(
            $$"""{"kty":"RSA","use":"sig","key_ops":["verify"],"n":"{{JwsVectorTests.A2Modulus}}","e":"AQAB","kid":"a2"}""",
            """{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","kid":"a3"}""")!;
        foreach (var token in new[] { JwsVectorTests.A2Token, JwsVectorTests.A3Token })
            Assert.Equal(JwtRefusal.None, Jws.Verify(Encoding.ASCII.GetBytes(token), JwtAlgorithms.RS256 | JwtAlgorithms.ES256, keys, new byte[token.Length], out _));
    }

    [Theory]
    [InlineData("a symmetric key", """{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow","alg":"HS256","kid":"o"}""")]
    [InlineData("an Ed25519 key", """{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}""")]
    [InlineData("a key without kty", """{"n":"0vx7","e":"AQAB"}""")]
    [InlineData("an RSA key for encryption", $$"""{"kty":"RSA","n":"{{Modulus}}","e":"AQAB","use":"enc"}""")]
    [InlineData("an RSA key for another algorithm", $$"""{"kty":"RSA","n":"{{Modulus}}","e":"AQAB","alg":"PS256"}""")]
    [InlineData("an RSA key marked as HMAC", $$"""{"kty":"RSA","n":"{{Modulus}}","e":"AQAB","alg":"HS256"}""")]
    [InlineData("an RSA key that only signs", $$"""{"kty":"RSA","n":"{{Modulus}}","e":"AQAB","key_ops":["sign"]}""")]
    [InlineData("an RSA key with exponent one", $$"""{"kty":"RSA","n":"{{Modulus}}","e":"AQ"}""")]
    [InlineData("an RSA key with exponent 0001", $$"""{"kty":"RSA","n":"{{Modulus}}","e":"AAAB"}""")]
    [InlineData("an RSA key with an even exponent", $$"""{"kty":"RSA","n":"{{Modulus}}","e":"AQAA"}""")]
    [InlineData("an RSA key with no exponent", $$"""{"kty":"RSA","n":"{{Modulus}}"}""")]
    [InlineData("an RSA key with an empty modulus", """{"kty":"RSA","n":"","e":"AQAB"}""")]
    [InlineData("an RSA key with an even modulus", $$"""{"kty":"RSA","n":"{{Modulus}}AA","e":"AQAB"}""")]
    [InlineData("a short RSA key", """{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbU","e":"AQAB"}""")]
    [InlineData("a padded modulus", $$"""{"kty":"RSA","n":"{{Modulus}}==","e":"AQAB"}""")]
    [InlineData("a numeric kid", $$"""{"kty":"RSA","n":"{{Modulus}}","e":"AQAB","kid":7}""")]
    [InlineData("another curve", $$"""{"kty":"EC","crv":"P-384","x":"{{X}}","y":"{{Y}}"}""")]
    [InlineData("a bitcoin curve", $$"""{"kty":"EC","crv":"secp256k1","x":"{{X}}","y":"{{Y}}"}""")]
    [InlineData("a point off the curve", $$"""{"kty":"EC","crv":"P-256","x":"{{X}}","y":"{{X}}"}""")]
    [InlineData("a point at infinity", """{"kty":"EC","crv":"P-256","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}""")]
    [InlineData("a short coordinate", $$"""{"kty":"EC","crv":"P-256","x":"{{X}}","y":"AQAB"}""")]
    [InlineData("no object", "\"key\"")]
    public void A_key_that_is_not_understood_is_passed_over(string what, string key)
    {
        var keys = Parse(key, GoodEc)!;
        Assert.True(keys.Count == 1 && string.Equals(keys[0].KeyId, "1", StringComparison.Ordinal), what);
    }

    [Fact]
    public void The_first_of_two_keys_of_one_name_stands() => Assert.Single(Parse(GoodEc, GoodEc)!);

    [Theory]
    [InlineData("")]
    [InlineData("<html></html>")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"keys":{}}""")]
    [InlineData("""{"keys":[],"keys":[]}""")]
    [InlineData("""{"keys":[{"kty":"RSA","kty":"EC"}]}""")]
    [InlineData("""{"keys":[[[[[[[[[[[[[]]]]]]]]]]]]]}""")]
    public void What_is_no_key_set_is_refused(string json) => Assert.Null(JsonWebKeySet.Parse(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void A_set_of_too_many_keys_is_refused() => Assert.Null(Parse([.. Enumerable.Repeat("{}", 65)]));
}

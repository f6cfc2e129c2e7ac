using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Deskhand.Access;

namespace Deskhand.Server.Tests.Access;

/// <summary>Each row is a token that someone has sent to some server. Security case 38: <c>alg:none</c>, wrong <c>aud</c>, confused keys.</summary>
public sealed class JwtAttackTests : IDisposable
{
    private const string Header = """{"alg":"HS256","typ":"JWT","kid":"k1"}""";
    private static readonly DateTimeOffset Now = new(2026, 11, 5, 12, 0, 0, TimeSpan.Zero);
    private static readonly long Unix = Now.ToUnixTimeSeconds();
    private static readonly byte[] Secret = RandomNumberGenerator.GetBytes(32);

    private readonly RSA _rsa = RSA.Create(2048);

    public void Dispose() => _rsa.Dispose();

    private static JwtRules Rules(params JwtKey[] keys) => new()
    {
        Algorithms = JwtAlgorithms.HS256 | JwtAlgorithms.RS256 | JwtAlgorithms.ES256,
        Keys = keys.Length > 0 ? keys : [new Hs256Key("k1", Secret)],
        Issuers = ["https://issuer.example"],
        Audience = "deskhand",
    };

    private static string Claims(string more = "", string iss = "https://issuer.example", string aud = "\"deskhand\"", string? exp = null) =>
        $$"""{"iss":"{{iss}}","aud":{{aud}},"sub":"u1","exp":{{exp ?? (Unix + 300).ToString()}}{{more}}}""";

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static string Hs256(string header, string payload, byte[]? secret = null)
    {
        var signed = $"{Encode(header)}.{Encode(payload)}";
        return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(secret ?? Secret, Encoding.ASCII.GetBytes(signed)))}";
    }

    private static JwtRefusal Refusal(string token, JwtRules? rules = null) => JwtVerification.Verify(token, rules ?? Rules(), Now).Refusal;

    [Fact]
    public void The_honest_token_of_this_table_is_valid()
    {
        var outcome = JwtVerification.Verify(Hs256(Header, Claims()), Rules(), Now);
        Assert.True(outcome.IsValid);
        Assert.Equal("u1", outcome.Claims.Subject);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("NONE")]
    [InlineData("nOnE")]
    [InlineData("")]
    [InlineData("hs256")]
    [InlineData("HS256 ")]
    [InlineData("HS384")]
    [InlineData("HS512")]
    [InlineData("PS256")]
    [InlineData("ES256K")]
    [InlineData("EdDSA")]
    [InlineData("\\u0000HS256")]
    public void Sec38_any_algorithm_but_the_three_is_refused_even_with_a_right_HMAC(string algorithm) =>
        Assert.Equal(JwtRefusal.AlgorithmNotAllowed, Refusal(Hs256($$"""{"alg":"{{algorithm}}","kid":"k1"}""", Claims())));

    [Theory]
    [InlineData("none")]
    [InlineData("HS256")]
    public void Sec38_a_token_without_a_signature_is_refused(string algorithm)
    {
        var unsigned = $"{Encode($$"""{"alg":"{{algorithm}}","kid":"k1"}""")}.{Encode(Claims())}";
        Assert.Equal(JwtRefusal.Malformed, Refusal(unsigned));
        Assert.Equal(JwtRefusal.Malformed, Refusal(unsigned + "."));
        Assert.NotEqual(JwtRefusal.None, Refusal(unsigned + ".AA"));
    }

    [Theory]
    [InlineData("""{"kid":"k1"}""")]
    [InlineData("""{"alg":null,"kid":"k1"}""")]
    [InlineData("""{"alg":["HS256"],"kid":"k1"}""")]
    [InlineData("""{"alg":"HS256","kid":1}""")]
    [InlineData("""["HS256"]""")]
    [InlineData("\"HS256\"")]
    [InlineData("""{"alg":"HS256","kid":"k1"}{}""")]
    [InlineData("""{"alg":"HS256","kid":"k1",}""")]
    [InlineData("""{"alg":"HS256","kid":"\ud800"}""")]
    [InlineData("""{"alg":"HS256","kid":"k1","x":[[[[[[[[[[[[1]]]]]]]]]]]]}""")]
    [InlineData("")]
    public void A_header_that_is_not_an_object_with_a_textual_alg_is_refused(string header) =>
        Assert.Equal(JwtRefusal.Malformed, Refusal(Hs256(header, Claims())));

    [Fact]
    public void Sec38_a_public_RSA_key_cannot_be_used_as_an_HMAC_secret()
    {
        var rsa = new Rs256Key("k1", _rsa.ExportParameters(false));
        byte[][] publicBytes =
        [
            _rsa.ExportSubjectPublicKeyInfo(),
            _rsa.ExportRSAPublicKey(),
            Encoding.ASCII.GetBytes(_rsa.ExportSubjectPublicKeyInfoPem()),
            Encoding.ASCII.GetBytes(_rsa.ExportSubjectPublicKeyInfoPem() + "\n"),
            _rsa.ExportParameters(false).Modulus!,
        ];
        foreach (var bytes in publicBytes)
        {
            var token = Hs256(Header, Claims(), bytes);
            Assert.Equal(JwtRefusal.UnknownKey, Refusal(token, Rules(rsa)));
            Assert.Equal(JwtRefusal.BadSignature, Refusal(token, Rules(rsa, new Hs256Key("k1", Secret))));
            Assert.Equal(JwtRefusal.AlgorithmNotAllowed, Refusal(token, Rules(rsa) with { Algorithms = JwtAlgorithms.RS256 | JwtAlgorithms.ES256 }));
        }
    }

    [Fact]
    public void Sec38_an_RS256_token_is_not_checked_with_a_secret_of_the_same_name()
    {
        var signed = $"{Encode("""{"alg":"RS256","kid":"k1"}""")}.{Encode(Claims())}";
        var signature = _rsa.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var token = $"{signed}.{Base64Url.EncodeToString(signature)}";

        Assert.Equal(JwtRefusal.None, Refusal(token, Rules(new Rs256Key("k1", _rsa.ExportParameters(false)))));
        Assert.Equal(JwtRefusal.UnknownKey, Refusal(token));
        Assert.Equal(JwtRefusal.AlgorithmNotAllowed, Refusal(token, Rules(new Rs256Key("k1", _rsa.ExportParameters(false))) with { Algorithms = JwtAlgorithms.HS256 }));
    }

    [Fact]
    public void Sec38_an_RSA_PSS_signature_is_no_RS256_signature()
    {
        var signed = $"{Encode("""{"alg":"RS256","kid":"k1"}""")}.{Encode(Claims())}";
        var signature = _rsa.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
        Assert.Equal(JwtRefusal.BadSignature, Refusal($"{signed}.{Base64Url.EncodeToString(signature)}", Rules(new Rs256Key("k1", _rsa.ExportParameters(false)))));
    }

    [Fact]
    public void Sec38_a_key_inside_the_header_is_never_used()
    {
        var parameters = _rsa.ExportParameters(false);
        var header = $$"""{"alg":"RS256","kid":"k1","jku":"https://evil.example/jwks","jwk":{"kty":"RSA","n":"{{Base64Url.EncodeToString(parameters.Modulus)}}","e":"AQAB"} }""";
        var signed = $"{Encode(header)}.{Encode(Claims())}";
        var signature = _rsa.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var ours = RSA.Create(2048);
        Assert.Equal(JwtRefusal.BadSignature, Refusal($"{signed}.{Base64Url.EncodeToString(signature)}", Rules(new Rs256Key("k1", ours.ExportParameters(false)))));
    }

    [Theory]
    [InlineData("""{"alg":"HS256","kid":"k2"}""")]
    [InlineData("""{"alg":"HS256","kid":"K1"}""")]
    [InlineData("""{"alg":"HS256","kid":""}""")]
    [InlineData("""{"alg":"HS256","kid":"../../dev/null"}""")]
    [InlineData("""{"alg":"HS256"}""")]
    public void A_named_secret_serves_only_tokens_that_name_it(string header) =>
        Assert.Equal(JwtRefusal.UnknownKey, Refusal(Hs256(header, Claims())));

    [Theory]
    [InlineData("""{"alg":"HS256","kid":"whatever"}""")]
    [InlineData("""{"alg":"HS256"}""")]
    public void A_nameless_secret_serves_whatever_name_its_issuer_uses(string header) =>
        Assert.Equal(JwtRefusal.None, Refusal(Hs256(header, Claims()), Rules(new Hs256Key(null, Secret))));

    [Fact]
    public void A_public_key_is_found_without_a_name_only_when_it_is_the_only_one()
    {
        var named = new Rs256Key("r1", new RSAParameters { Modulus = Base64Url.DecodeFromChars(JwsVectorTests.A2Modulus), Exponent = [1, 0, 1] });
        var other = new Rs256Key("r2", _rsa.ExportParameters(false));
        // the vector has no subject: that refusal comes after its signature
        Assert.Equal(JwtRefusal.MissingSubject, Refusal(JwsVectorTests.A2Token, Rules(named)));
        Assert.Equal(JwtRefusal.UnknownKey, Refusal(JwsVectorTests.A2Token, Rules(named, other)));
    }

    [Theory]
    [InlineData("""{"alg":"HS256","kid":"k1","crit":["exp"],"exp":1}""")]
    [InlineData("""{"alg":"HS256","kid":"k1","crit":["b64"],"b64":false}""")]
    [InlineData("""{"alg":"HS256","kid":"k1","crit":[]}""")]
    [InlineData("""{"crit":null,"alg":"HS256","kid":"k1"}""")]
    public void A_critical_header_is_refused(string header) =>
        Assert.Equal(JwtRefusal.CriticalHeader, Refusal(Hs256(header, Claims())));

    [Theory]
    [InlineData("""{"alg":"HS256","alg":"HS256","kid":"k1"}""")]
    [InlineData("""{"alg":"none","kid":"k1","alg":"HS256"}""")]
    [InlineData("""{"alg":"HS256","\u0061lg":"HS256","kid":"k1"}""")]
    [InlineData("""{"alg":"HS256","kid":"k0","kid":"k1"}""")]
    [InlineData("""{"alg":"HS256","kid":"k1","typ":"JWT","typ":"JWT"}""")]
    public void A_header_with_a_duplicate_member_is_refused(string header) =>
        Assert.Equal(JwtRefusal.DuplicateMember, Refusal(Hs256(header, Claims())));

    [Theory]
    [InlineData(""","sub":"admin" """)]
    [InlineData(""","sub":"u1" """)]
    [InlineData(""","\u0073ub":"admin" """)]
    [InlineData(""","exp":99999999999 """)]
    [InlineData(""","aud":"deskhand" """)]
    [InlineData(""","x":1,"x":1 """)]
    [InlineData(""","x":1,"\u0078":1 """)]
    public void A_payload_with_a_duplicate_member_is_refused(string more) =>
        Assert.Equal(JwtRefusal.DuplicateMember, Refusal(Hs256(Header, Claims(more))));

    [Theory]
    [InlineData(-31, JwtRefusal.Expired)]
    [InlineData(-30, JwtRefusal.Expired)]
    [InlineData(-29, JwtRefusal.None)]
    [InlineData(0, JwtRefusal.None)]
    [InlineData(1, JwtRefusal.None)]
    public void Expiry_is_allowed_less_than_thirty_seconds_of_skew(int seconds, object refusal) =>
        Assert.Equal(refusal, Refusal(Hs256(Header, Claims(exp: (Unix + seconds).ToString()))));

    [Theory]
    [InlineData("nbf", 31, JwtRefusal.NotYetValid)]
    [InlineData("nbf", 30, JwtRefusal.None)]
    [InlineData("nbf", -5, JwtRefusal.None)]
    [InlineData("iat", 31, JwtRefusal.NotYetValid)]
    [InlineData("iat", 30, JwtRefusal.None)]
    public void A_token_of_the_future_is_refused(string claim, int seconds, object refusal) =>
        Assert.Equal(refusal, Refusal(Hs256(Header, Claims($",\"{claim}\":{Unix + seconds}"))));

    [Theory]
    [InlineData("\"99999999999\"")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("[99999999999]")]
    [InlineData("{}")]
    [InlineData("-1")]
    [InlineData("1e400")]
    [InlineData("253402300800")]
    [InlineData("99999999999999999999999")]
    public void An_expiry_that_is_no_sensible_number_is_refused(string exp) =>
        Assert.Equal(JwtRefusal.WrongClaimType, Refusal(Hs256(Header, Claims(exp: exp))));

    [Theory]
    [InlineData("1793880001.9")]
    [InlineData("1.793880001e9")]
    public void An_expiry_may_have_a_fraction_or_an_exponent(string exp)
    {
        var outcome = JwtVerification.Verify(Hs256(Header, Claims(exp: exp)), Rules(), Now);
        Assert.Equal(1793880001, outcome.Claims!.ExpiresAt.ToUnixTimeSeconds());
    }

    [Fact]
    public void A_token_without_expiry_is_refused() =>
        Assert.Equal(JwtRefusal.MissingExpiry, Refusal(Hs256(Header, """{"iss":"https://issuer.example","aud":"deskhand","sub":"u1"}""")));

    [Fact]
    public void A_token_without_a_holder_is_refused() =>
        Assert.Equal(JwtRefusal.MissingSubject, Refusal(Hs256(Header, """{"iss":"https://issuer.example","aud":"deskhand","exp":99999999999}""")));

    [Theory]
    [InlineData("https://issuer.example.evil.example")]
    [InlineData("https://issuer.example/")]
    [InlineData("HTTPS://ISSUER.EXAMPLE")]
    public void Sec38_another_issuer_is_refused(string issuer) =>
        Assert.Equal(JwtRefusal.WrongIssuer, Refusal(Hs256(Header, Claims(iss: issuer))));

    [Fact]
    public void Sec38_a_token_without_an_issuer_is_refused_where_one_is_expected() =>
        Assert.Equal(JwtRefusal.WrongIssuer, Refusal(Hs256(Header, """{"aud":"deskhand","sub":"u1","exp":99999999999}""")));

    [Theory]
    [InlineData("\"other\"")]
    [InlineData("\"Deskhand\"")]
    [InlineData("\"deskhand,other\"")]
    [InlineData("[]")]
    [InlineData("[\"other\",\"another\"]")]
    public void Sec38_a_token_for_somebody_else_is_refused(string audience) =>
        Assert.Equal(JwtRefusal.WrongAudience, Refusal(Hs256(Header, Claims(aud: audience))));

    [Fact]
    public void Sec38_a_token_without_an_audience_is_refused_where_one_is_expected() =>
        Assert.Equal(JwtRefusal.WrongAudience, Refusal(Hs256(Header, """{"iss":"https://issuer.example","sub":"u1","exp":99999999999}""")));

    [Fact]
    public void Sec38_an_addressed_token_is_refused_where_no_audience_is_configured() =>
        Assert.Equal(JwtRefusal.WrongAudience, Refusal(Hs256(Header, Claims()), Rules() with { Audience = null }));

    [Fact]
    public void An_audience_may_be_one_of_several() =>
        Assert.Equal(JwtRefusal.None, Refusal(Hs256(Header, Claims(aud: "[\"other\",\"deskhand\"]"))));

    [Theory]
    [InlineData(""","role":1 """)]
    [InlineData(""","role":["admin"] """)]
    [InlineData(""","role":null """)]
    [InlineData(""","email":"" """)]
    [InlineData(""","email":{"a":1} """)]
    [InlineData(""","tenant_id":7 """)]
    [InlineData(""","tenant_id":"a\u0000b" """)]
    [InlineData(""","sid":"a\nb" """)]
    [InlineData(""","iat":"1" """)]
    [InlineData(""","nbf":"1" """)]
    public void A_claim_of_the_wrong_type_is_refused_and_not_coerced(string more) =>
        Assert.Equal(JwtRefusal.WrongClaimType, Refusal(Hs256(Header, Claims(more))));

    [Theory]
    [InlineData("[\"deskhand\",1]")]
    [InlineData("[[\"deskhand\"]]")]
    [InlineData("{\"deskhand\":true}")]
    [InlineData("null")]
    public void An_audience_of_the_wrong_type_is_refused(string audience) =>
        Assert.Equal(JwtRefusal.WrongClaimType, Refusal(Hs256(Header, Claims(aud: audience))));

    [Theory]
    [InlineData(""","userId":"u2" """)]
    [InlineData(""","tenant_id":"a","tenantId":"b" """)]
    public void Two_names_for_one_thing_must_agree(string more) =>
        Assert.Equal(JwtRefusal.ConflictingClaims, Refusal(Hs256(Header, Claims(more))));

    [Fact]
    public void The_other_spellings_of_holder_and_tenant_are_read()
    {
        var token = Hs256(Header, """{"iss":"https://issuer.example","aud":"deskhand","userId":"u9","tenantId":"t9","email":"ä@example.test","role":"agent","exp":99999999999}""");
        var claims = JwtVerification.Verify(token, Rules(), Now).Claims!;
        Assert.Equal(("u9", "t9", "ä@example.test", "agent"), (claims.Subject, claims.TenantId, claims.Email, claims.Role));
    }

    [Fact]
    public void Claims_that_nobody_here_reads_are_ignored() =>
        Assert.Equal(JwtRefusal.None, Refusal(Hs256(Header, Claims(""","scope":["a",{"b":[1]}],"amr":null,"auth_time":1.5"""))));

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"u1\"")]
    [InlineData("{")]
    [InlineData("""{"sub":"u1","exp":99999999999}}""")]
    [InlineData("""{"sub":"u1","exp":99999999999} {}""")]
    [InlineData("""{"sub":"u1","exp":99999999999,}""")]
    [InlineData("""{"sub":"u1",/* */"exp":99999999999}""")]
    [InlineData("""{"sub":"\ud800","exp":99999999999}""")]
    [InlineData("""{"\ud800":1,"exp":99999999999}""")]
    [InlineData("\uFEFF{}")]
    [InlineData("not json")]
    public void A_signed_payload_that_is_no_JSON_object_is_refused(string payload) =>
        Assert.Equal(JwtRefusal.Malformed, Refusal(Hs256(Header, payload)));

    [Fact]
    public void A_signed_payload_that_is_not_UTF8_is_refused()
    {
        byte[] payload = [.. "{\"sub\":\""u8, 0xC3, 0x28, .. "\"}"u8];
        var signed = $"{Encode(Header)}.{Base64Url.EncodeToString(payload)}";
        var token = $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(Secret, Encoding.ASCII.GetBytes(signed)))}";
        Assert.Equal(JwtRefusal.Malformed, Refusal(token));
    }

    [Fact]
    public void A_change_of_any_single_letter_is_refused()
    {
        var token = Hs256(Header, Claims());
        for (var i = 0; i < token.Length; i++)
        {
            foreach (var letter in "AZaz09-_.= +/")
            {
                if (token[i] == letter) continue;
                var changed = string.Concat(token.AsSpan(0, i), [letter], token.AsSpan(i + 1));
                Assert.False(JwtVerification.Verify(changed, Rules(), Now).IsValid, $"letter {i} as '{letter}'");
            }
        }
    }

    [Fact]
    public void A_segment_of_another_token_is_refused()
    {
        var one = Hs256(Header, Claims()).Split('.');
        var other = Hs256(Header, Claims(""","role":"admin" """)).Split('.');
        Assert.Equal(JwtRefusal.BadSignature, Refusal($"{one[0]}.{other[1]}.{one[2]}"));
        Assert.Equal(JwtRefusal.BadSignature, Refusal($"{one[0]}.{one[1]}.{other[2]}"));
    }

    [Fact]
    public void Another_spelling_of_a_valid_token_is_refused()
    {
        var parts = Hs256(Header, Claims()).Split('.');
        var (head, body, tail) = (parts[0], parts[1], parts[2]);
        string[] spellings =
        [
            $"{head}.{body}.{tail}=", $"{head}.{body}.{tail}==", $"{head}=.{body}.{tail}", $"{head}.{body}=.{tail}",
            $" {head}.{body}.{tail}", $"{head}.{body}.{tail} ", $"{head}.{body}.{tail}\n", $"{head}.{body}.{tail}\0", $"{head}.{body}\r\n.{tail}",
            $"{head}.{body}.{tail}A", $"{head}.{body}.{tail[..^1]}", $"{head}.{body}.{tail}.", $".{head}.{body}.{tail}", $"{head}.{body}.{tail}.{tail}",
            $"{head}..{body}.{tail}", $"{head}.{tail}", $"{head}.{body}", "..", "...", ".", "", "a.b.c", "Bearer " + head, $"{head}.{body}.{tail}ä",
            $"{head}.{body}.{Convert.ToBase64String(Base64Url.DecodeFromChars(tail))}", $"{head}.{body}.{tail.Replace(tail[0], (char)(tail[0] + 0x100))}",
        ];
        Assert.All(spellings, spelling => Assert.False(JwtVerification.Verify(spelling, Rules(), Now).IsValid, spelling));
    }

    [Fact]
    public void A_signature_with_unused_bits_set_is_refused()
    {
        // 32 bytes are 43 letters, of which the last carries two unused bits: three more letters would mean the same bytes
        var token = Hs256(Header, Claims());
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        var value = alphabet.IndexOf(token[^1], StringComparison.Ordinal);
        for (var extra = 1; extra < 4; extra++)
            Assert.Equal(JwtRefusal.Malformed, Refusal(token[..^1] + alphabet[value + extra]));
    }

    [Fact]
    public void A_huge_token_is_refused_before_anything_is_decoded()
    {
        Assert.Equal(JwtRefusal.TooLong, Refusal(new string('A', 8193)));
        Assert.Equal(JwtRefusal.TooLong, Refusal(new string('.', 10_000_000)));
        Assert.Equal(JwtRefusal.Malformed, Refusal(new string('A', 8192)));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(1500)]
    [InlineData(5500)]
    public void A_long_token_within_the_limit_is_read(int padding) =>
        Assert.Equal(JwtRefusal.None, Refusal(Hs256(Header, Claims($",\"x\":\"{new string('x', padding)}\""))));

    [Fact]
    public void Junk_is_refused_without_an_exception()
    {
        var random = new Random(7515);
        var honest = Hs256(Header, Claims());
        for (var round = 0; round < 2_000; round++)
        {
            var letters = honest.ToCharArray();
            for (var change = random.Next(1, 6); change > 0; change--) letters[random.Next(letters.Length)] = (char)random.Next(0, 256);
            Assert.Equal(string.Equals(new string(letters), honest, StringComparison.Ordinal), JwtVerification.Verify(new string(letters), Rules(), Now).IsValid);

            // the same on content that is properly signed: the readers see it
            var payload = Claims().ToCharArray();
            payload[random.Next(payload.Length)] = (char)random.Next(0, 0xFFFF);
            _ = JwtVerification.Verify(Hs256(Header, new string(payload)), Rules(), Now);
        }
    }
}

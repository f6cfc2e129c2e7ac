using System.Security.Cryptography;
using System.Text;
using Deskhand.Access;

namespace Deskhand.Server.Tests.Access;

public sealed class SecretTokensTests
{
    [Fact]
    public void An_API_token_is_recognised_by_prefix_and_checksum()
    {
        var token = SecretTokens.NewApiToken();
        Assert.Matches("^dh_[A-Za-z0-9_-]{47}$", token);
        Assert.True(SecretTokens.IsApiToken(token));
        for (var i = 0; i < token.Length; i++)
        {
            var letter = token[i] == 'A' ? 'B' : 'A';
            Assert.False(SecretTokens.IsApiToken(string.Concat(token.AsSpan(0, i), [letter], token.AsSpan(i + 1))));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("dh_")]
    [InlineData("a.b.c")]
    [InlineData("dh_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Something_else_is_no_API_token(string token) => Assert.False(SecretTokens.IsApiToken(token));

    [Fact]
    public void Other_tokens_are_not_taken_for_API_tokens()
    {
        Assert.Matches("^dhr_[A-Za-z0-9_-]{43}$", SecretTokens.NewRefreshToken());
        Assert.Matches("^[A-Za-z0-9_-]{43}$", SecretTokens.NewLinkToken());
        Assert.False(SecretTokens.IsApiToken(SecretTokens.NewRefreshToken()));
        Assert.False(SecretTokens.IsApiToken(SecretTokens.NewLinkToken()));
    }

    [Fact]
    public void No_two_tokens_are_alike() =>
        Assert.Equal(1000, Enumerable.Range(0, 1000).Select(_ => SecretTokens.NewLinkToken()).Distinct(StringComparer.Ordinal).Count());

    [Fact]
    public void Sec39_what_is_stored_is_the_SHA256_of_the_whole_token()
    {
        var token = SecretTokens.NewApiToken();
        var hash = SecretTokens.Hash(token);
        Assert.Equal(SHA256.HashData(Encoding.ASCII.GetBytes(token)), hash);
        Assert.True(SecretTokens.Matches(token, hash));
        Assert.False(SecretTokens.Matches(SecretTokens.NewApiToken(), hash));
        Assert.False(SecretTokens.Matches(token, hash.AsSpan(1)));
        Assert.False(SecretTokens.Matches(token, default));
    }

    [Fact]
    public void Sec39_a_hint_shows_the_beginning_only()
    {
        var token = SecretTokens.NewApiToken();
        Assert.Equal(token[..8], SecretTokens.Hint(token));
        Assert.Equal("", SecretTokens.Hint("short"));
    }
}

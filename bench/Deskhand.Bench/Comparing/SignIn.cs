using System.Text.Json;
using Deskhand.Bench.Driving;

namespace Deskhand.Bench.Comparing;

/// <summary>Signs in before each turn, because access tokens are short-lived; a token that was given is used as it is.</summary>
internal sealed record SignIn(string Email, string Password, string? Token)
{
    public async Task Renew(Target target)
    {
        if (Token is not null)
        {
            target.Headers = Bearer(Token);
            return;
        }
        target.Headers = new Dictionary<string, string>(StringComparer.Ordinal);
        var (status, body) = await Probe.Ask(target, Request.Post("/api/v1/auth/login", JsonSerializer.Serialize(new { email = Email, password = Password })));
        if (status != 200) throw new BenchFailed($"Signing in as {Email} was answered with {status}.");
        using var json = JsonDocument.Parse(body);
        target.Headers = Bearer(json.RootElement.GetProperty("accessToken").GetString()!);
    }

    private static Dictionary<string, string> Bearer(string token) => new(StringComparer.Ordinal) { ["Authorization"] = "Bearer " + token };
}

using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Deskhand.Webhooks;

namespace Deskhand.Server.Tests.Webhooks;

/// <summary>Our signatures against the specification's own vector, and against what the guide tells receivers to do.</summary>
public sealed partial class WebhookSignatureTests
{
    // Standard Webhooks 1.0.0, as its reference libraries have it
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string Id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private const long Timestamp = 1614265330;
    private const string Body = "{\"test\": 2432232314}";
    private const string Signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    private static readonly string Guide = File.ReadAllText(Repository.File("docs/guide/webhooks.md"));

    [Fact]
    public void Sec29_The_vector_of_the_specification_comes_out()
    {
        Assert.Equal(Signature, WebhookSignature.Sign([Convert.FromBase64String(Secret[6..])], Id, Timestamp, Encoding.UTF8.GetBytes(Body)));
        var rotating = WebhookSignature.Sign([new byte[32], Convert.FromBase64String(Secret[6..])], Id, Timestamp, Encoding.UTF8.GetBytes(Body));
        Assert.Equal([WebhookSignature.Sign([new byte[32]], Id, Timestamp, Encoding.UTF8.GetBytes(Body)), Signature], rotating.Split(' '));
    }

    [Fact]
    public void A_new_secret_has_the_form_and_length_that_the_specification_asks_for()
    {
        var shown = WebhookSignature.Show(WebhookSignature.NewSecret());
        Assert.Matches("^whsec_[A-Za-z0-9+/]{43}=$", shown);
        Assert.NotEqual(shown, WebhookSignature.Show(WebhookSignature.NewSecret()));
    }

    /// <summary>What is right, and what differs from it in one thing each.</summary>
    public static TheoryData<string, string, string, string, string, long, bool> Cases => new()
    {
        { Secret, Id, $"{Timestamp}", Signature, Body, Timestamp, true },
        { Secret, Id, $"{Timestamp}", "v1,AAAA " + Signature + " v1a,xyz", Body, Timestamp + 299, true },
        { Secret, Id, $"{Timestamp}", Signature, Body, Timestamp + 301, false },
        { Secret, Id, $"{Timestamp}", Signature, Body, Timestamp - 301, false },
        { Secret, Id, "soon", Signature, Body, Timestamp, false },
        { Secret, Id + "x", $"{Timestamp}", Signature, Body, Timestamp, false },
        { Secret, Id, $"{Timestamp}", Signature, Body + " ", Timestamp, false },
        { Secret, Id, $"{Timestamp}", Signature[..^2] + "==", Body, Timestamp, false },
        { Secret, Id, $"{Timestamp}", "", Body, Timestamp, false },
        { "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", Id, $"{Timestamp}", Signature, Body, Timestamp, false },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_guide_s_csharp_tells_right_from_wrong(string secret, string id, string timestamp, string signatures, string body, long now, bool valid) =>
        Assert.Equal(valid, StandardWebhooks.Verify(secret, id, timestamp, signatures, Encoding.UTF8.GetBytes(body), DateTimeOffset.FromUnixTimeSeconds(now)));

    [Fact]
    public void The_csharp_of_the_guide_is_what_is_tested_here()
    {
        var tested = File.ReadAllText(Repository.File("tests/Deskhand.Server.Tests/Webhooks/StandardWebhooks.cs"));
        Assert.Equal(Code("csharp").Trim(), tested.Split("// guide:csharp")[1].Split("// guide:end")[0].Trim());
    }

    [Fact]
    public async Task The_javascript_and_python_of_the_guide_tell_right_from_wrong()
    {
        var arguments = string.Join('\n', Cases.Select(c => (object[])[.. c.Take(5), c[5], c[6]]).Select(c => System.Text.Json.JsonSerializer.Serialize(c)));
        await Runs("node", "-e", Code("javascript") + """

            let wrong = 0;
            for (const line of require('node:fs').readFileSync(0, 'utf8').trim().split('\n')) {
              const [secret, id, timestamp, signatures, body, now, valid] = JSON.parse(line);
              if (verify(secret, id, timestamp, signatures, Buffer.from(body), now) !== valid) { console.error(line); wrong++; }
            }
            process.exit(wrong);
            """, arguments);
        await Runs("python3", "-c", Code("python") + """

            import json, sys
            wrong = 0
            for line in sys.stdin:
                secret, id, timestamp, signatures, body, now, valid = json.loads(line)
                if verify(secret, id, timestamp, signatures, body.encode(), now) != valid:
                    print(line, file=sys.stderr)
                    wrong += 1
            sys.exit(wrong)
            """, arguments);
    }

    /// <summary>Runs a program of the tool that the tests of the whole desk need anyway; its exit code is the number of cases it got wrong.</summary>
    private static async Task Runs(string tool, string option, string program, string input)
    {
        var start = new ProcessStartInfo(tool) { RedirectStandardInput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add(option);
        start.ArgumentList.Add(program);
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{tool}: {error}");
    }

    private static string Code(string language) => Block().Matches(Guide).Single(m => m.Groups["language"].Value == language).Groups["code"].Value;

    [GeneratedRegex("^```(?<language>[a-z]+)\n(?<code>.+?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Block();
}

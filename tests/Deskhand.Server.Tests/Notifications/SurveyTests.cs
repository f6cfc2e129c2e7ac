using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;

namespace Deskhand.Server.Tests.Notifications;

public sealed partial class SurveyTests(MailDesk desk) : IClassFixture<MailDesk>
{
    private async Task<string> Solved(string email)
    {
        var (ticket, _) = await desk.TicketOf(email, new { assigneeId = desk.Tenant.Agent.UserId });
        (await desk.Tenant.Agent.Put($"/tickets/{ticket}/resolve", new { reason = "Done" })).Expect(200);
        var mail = (await desk.Received(email, 3)).Single(m => m.Contains("How did we do", StringComparison.Ordinal)).Replace("=\r\n", "", StringComparison.Ordinal);
        return Link().Match(mail).Groups["token"].Value;
    }

    [Fact]
    public async Task A_customer_answers_once_without_signing_in_and_the_report_counts_it()
    {
        var token = await Solved("content@client.example");
        using var stranger = desk.Client();
        Assert.Contains("The line is down", await stranger.GetStringAsync(new Uri($"/api/v1/surveys/{token}", UriKind.Relative)), StringComparison.Ordinal);
        using var answer = await stranger.PostAsJsonAsync($"/api/v1/surveys/{token}", new { score = "good", comment = "Fast" });
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        using var again = await stranger.PostAsJsonAsync($"/api/v1/surveys/{token}", new { score = "bad" });
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
        var report = (await desk.Tenant.Manager.Get("/reports/satisfaction")).Expect(200);
        Assert.Equal(("1", "Agent of acme"), (report["total.good"], report["data.0.name"]));
        Assert.Equal(403, (await desk.Tenant.Agent.Get("/reports/satisfaction")).Status);
        Assert.Equal(1L, await desk.Scalar<long>(desk.Tenant.Id, "SELECT count(*) FROM events WHERE type = 'satisfaction.rated'"));
        Assert.Equal(1L, await desk.Scalar<long>(desk.Tenant.Id, "SELECT count(*) FROM history WHERE field = 'satisfaction'"));
    }

    [Fact]
    public async Task Sec36_Forged_foreign_and_answered_links_answer_alike()
    {
        var token = await Solved("forged@client.example");
        using var stranger = desk.Client();
        var answers = new List<string>();
        foreach (var bad in new[] { token[..^2] + (token.EndsWith("aa", StringComparison.Ordinal) ? "bb" : "aa"), "x", new string('a', 69), token[..26] + 's' + new string('b', 42) })
        {
            using var response = await stranger.GetAsync(new Uri($"/api/v1/surveys/{bad}", UriKind.Relative));
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
            answers.Add(Trace().Replace(await response.Content.ReadAsStringAsync(), ""));
        }

        Assert.Single(answers.Distinct());
        using var wrong = await stranger.PostAsJsonAsync($"/api/v1/surveys/{token}", new { score = "excellent" });
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
    }

    [GeneratedRegex("https://desk.example/survey/(?<token>[a-z2-7]{69})", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Link();

    [GeneratedRegex("\"(traceId|instance)\":\"[^\"]*\"", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Trace();
}

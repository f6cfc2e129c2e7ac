using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Deskhand.Server.Tests.Operations;

/// <summary>GET /metrics, read as Prometheus does (exposition format 0.0.4), of a server that has its process to itself: figures are a process's.</summary>
[Collection(ServerCollection.Name)]
public sealed partial class MetricsTests : IDisposable
{
    private static readonly Uri Metrics = new("/metrics", UriKind.Relative);
    private readonly string folder = Folders.CreateTempSubdirectory("deskhand-test-").FullName;

    public void Dispose() => Folders.Delete(folder, recursive: true);

    [Fact]
    public async Task Sec40_Figures_are_told_to_who_may_read_them_in_the_form_that_Prometheus_reads()
    {
        await using var server = await ServerProcess.Start(folder);
        using var admin = await server.SignIn();
        using var nobody = new HttpClient { BaseAddress = admin.BaseAddress };
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync(Metrics)).StatusCode);

        // counting begins with the first look
        Read(await admin.GetStringAsync(Metrics));
        for (var i = 0; i < 4; i++) (await admin.GetAsync(new Uri("/api/v1/tickets?search=counted%20\"quoted\"", UriKind.Relative))).EnsureSuccessStatusCode();
        using var answer = await admin.GetAsync(Metrics);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        var figures = Read(await answer.Content.ReadAsStringAsync());

        const string Duration = "http_server_request_duration_seconds";
        var lists = figures.Where(f => f.Labels.GetValueOrDefault("http_route") == "/api/v1/tickets" && f.Labels.GetValueOrDefault("http_response_status_code") == "200").ToList();
        var count = lists.Single(f => f.Name == Duration + "_count").Value;
        Assert.True(count >= 3, $"{count}");
        var buckets = lists.Where(f => f.Name == Duration + "_bucket").ToList();
        Assert.Equal(buckets.Select(b => b.Value).Order(), buckets.Select(b => b.Value));
        Assert.Equal(("+Inf", count), (buckets[^1].Labels["le"], buckets[^1].Value));
        Assert.Contains(figures, f => f.Name == "process_runtime_dotnet_gc_collections_count_total" || f.Name == "dotnet_gc_collections_total");
    }

    private static List<(string Name, Dictionary<string, string> Labels, double Value)> Read(string text)
    {
        var (figures, types) = (new List<(string, Dictionary<string, string>, double)>(), new Dictionary<string, string>(StringComparer.Ordinal));
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal)) continue;
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                var words = line.Split(' ');
                Assert.True(types.TryAdd(words[2], words[3]), $"two types: {line}");
                Assert.Contains(words[3], (string[])["counter", "gauge", "histogram"]);
                continue;
            }

            var sample = Sample().Match(line);
            Assert.True(sample.Success, line);
            var name = sample.Groups["name"].Value;
            Assert.True(types.ContainsKey(name) || types.ContainsKey(Part().Replace(name, "")), $"no type before: {line}");
            var value = sample.Groups["value"].Value;
            figures.Add((name, Label().Matches(sample.Groups["labels"].Value).ToDictionary(l => l.Groups["name"].Value, l => l.Groups["value"].Value, StringComparer.Ordinal),
                value switch { "+Inf" => double.PositiveInfinity, "-Inf" => double.NegativeInfinity, "NaN" => double.NaN, _ => double.Parse(value, CultureInfo.InvariantCulture) }));
        }

        return figures;
    }

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>([a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\["\\n])*",?)*)\})? (?<value>[-+]?([0-9.]+([eE][-+]?[0-9]+)?|Inf)|NaN)$""", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Sample();

    [GeneratedRegex("""(?<name>[a-zA-Z0-9_]+)="(?<value>([^"\\]|\\.)*)\x22""", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Label();

    [GeneratedRegex("_(bucket|sum|count)$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Part();
}

using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Deskhand.Bench.Driving;

namespace Deskhand.Bench.Comparing;

/// <summary>Single requests beside the load: do both answer the same, and what does a refusal say?</summary>
internal static class Probe
{
    private static readonly HttpClient Http = new();

    public static async Task<(int Status, byte[] Body)> Ask(Target target, Request request)
    {
        using var message = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(target.Url, request.Path));
        foreach (var (name, value) in target.Headers) message.Headers.TryAddWithoutValidation(name, value);
        if (request.Body is not null) message.Content = new StringContent(request.Body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using var answer = await Http.SendAsync(message);
        return ((int)answer.StatusCode, await answer.Content.ReadAsByteArrayAsync());
    }

    public static string FirstRefusal(Target target, IReadOnlyList<Request> requests)
    {
        foreach (var request in requests.Take(200))
        {
            var (status, body) = Ask(target, request).GetAwaiter().GetResult();
            if (status is < 200 or > 299) return $"{request.Method} {request.Path} {request.Body} -> {status} {Encoding.UTF8.GetString(body)}";
        }
        return "The first 200 requests sent one by one were all answered with 2xx.";
    }

    /// <summary>What keeps the two from being comparable, or null: the sizes of the answers within 2 %, and for a list the same tickets in the same order.</summary>
    public static async Task<string?> Difference(Scenario scenario, Target floor, Target deskhand)
    {
        long floorBytes = 0;
        long deskhandBytes = 0;
        var samples = Math.Min(scenario.Writes ? 3 : 20, scenario.Floor.Count);
        for (var i = 0; i < samples; i++)
        {
            var (floorStatus, floorBody) = await Ask(floor, scenario.Floor[i]);
            var (deskhandStatus, deskhandBody) = await Ask(deskhand, scenario.Deskhand[i]);
            if (floorStatus is < 200 or > 299) throw new BenchFailed($"floor: {scenario.Floor[i]} -> {floorStatus} {Encoding.UTF8.GetString(floorBody)}");
            if (deskhandStatus is < 200 or > 299) throw new BenchFailed($"Deskhand: {scenario.Deskhand[i]} -> {deskhandStatus} {Encoding.UTF8.GetString(deskhandBody)}");
            floorBytes += floorBody.Length;
            deskhandBytes += deskhandBody.Length;
            if (!scenario.Writes && !Ids(floorBody).SequenceEqual(Ids(deskhandBody), StringComparer.Ordinal))
                return $"{scenario.Deskhand[i].Path}: other tickets than the floor's {scenario.Floor[i].Path}";
        }
        var apart = (double)(deskhandBytes - floorBytes) / floorBytes;
        return Math.Abs(apart) <= 0.02 ? null : $"answers of {deskhandBytes / samples} bytes against the floor's {floorBytes / samples}";
    }

    private static IEnumerable<string?> Ids(byte[] body)
    {
        using var json = JsonDocument.Parse(body);
        if (json.RootElement.TryGetProperty("data", out var data))
            return [.. data.EnumerateArray().Select(ticket => ticket.GetProperty("id").GetString())];
        return json.RootElement.TryGetProperty("id", out var id) ? [id.GetString()] : [];
    }
}

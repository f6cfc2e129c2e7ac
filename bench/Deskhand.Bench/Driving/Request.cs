namespace Deskhand.Bench.Driving;

/// <summary>One request of a scenario; the body is JSON on one line.</summary>
internal sealed record Request(string Method, string Path, string? Body = null)
{
    public static Request Get(string path) => new("GET", path);

    public static Request Post(string path, string body) => new("POST", path, body);
}

/// <summary>A program under load; the processor time of its process is counted.</summary>
internal sealed record Target(string Name, Uri Url, int Process)
{
    public IReadOnlyDictionary<string, string> Headers { get; set; } = new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>What one measured stretch gave.</summary>
internal sealed record Stretch(long Requests, TimeSpan Took, TimeSpan P50, TimeSpan P99, string? Errors)
{
    public double PerSecond => Requests / Took.TotalSeconds;
}

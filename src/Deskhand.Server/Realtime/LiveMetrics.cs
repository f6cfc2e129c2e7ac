using System.Diagnostics.Metrics;

namespace Deskhand.Realtime;

/// <summary>What is measured of live connections, in the meter <c>Deskhand</c>.</summary>
internal static class LiveMetrics
{
    private static readonly Meter Meter = new("Deskhand");

    /// <summary>Open connections of the hub in this process.</summary>
    public static UpDownCounter<long> Connections { get; } = Meter.CreateUpDownCounter<long>("deskhand.live.connections", "{connection}", "Open connections of the live hub");
}

using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Deskhand.Operations;

/// <summary>
/// GET /metrics: the present figures as text for Prometheus (exposition format 0.0.4, names by the OpenTelemetry specification's "Prometheus and
/// OpenMetrics compatibility"), for a caller with the permission <c>health:read</c>. Counting begins when it is asked for the first time: a desk
/// that nobody watches pays nothing for it.
/// </summary>
internal sealed class MetricsPage : IDisposable
{
    private readonly Lock turn = new();
    private readonly Text text = new();
    private BaseExportingMetricReader? reader;
    private MeterProvider? provider;

    public IResult Show()
    {
        lock (turn)
        {
            provider ??= Sdk.CreateMeterProviderBuilder().AddMeter(Telemetry.Meters).AddReader(reader = new BaseExportingMetricReader(text)).Build();
            reader!.Collect();
            return Results.Text(text.Last, "text/plain; version=0.0.4; charset=utf-8");
        }
    }

    public void Dispose()
    {
        provider?.Dispose();
        reader?.Dispose();
        text.Dispose();
    }

    private sealed class Text : BaseExporter<Metric>
    {
        public string Last { get; private set; } = "";

        public override ExportResult Export(in Batch<Metric> batch)
        {
            var lines = new StringBuilder();
            foreach (var metric in batch) Write(lines, metric);
            Last = lines.ToString();
            return ExportResult.Success;
        }

        private static void Write(StringBuilder lines, Metric metric)
        {
            var type = metric.MetricType;
            var isCounter = type is MetricType.LongSum or MetricType.DoubleSum;
            if (type == MetricType.ExponentialHistogram) return;
            var name = Name(metric, isCounter);
            if (metric.Description.Length > 0) lines.Append("# HELP ").Append(name).Append(' ').Append(metric.Description.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');
            lines.Append("# TYPE ").Append(name).Append(' ').Append(isCounter ? "counter" : type == MetricType.Histogram ? "histogram" : "gauge").Append('\n');
            foreach (ref readonly var point in metric.GetMetricPoints())
            {
                var labels = Labels(point.Tags);
                switch (type)
                {
                    case MetricType.LongSum or MetricType.LongSumNonMonotonic:
                        Line(lines, name, labels, point.GetSumLong());
                        break;
                    case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic:
                        Line(lines, name, labels, point.GetSumDouble());
                        break;
                    case MetricType.LongGauge:
                        Line(lines, name, labels, point.GetGaugeLastValueLong());
                        break;
                    case MetricType.DoubleGauge:
                        Line(lines, name, labels, point.GetGaugeLastValueDouble());
                        break;
                    case MetricType.Histogram:
                        long upTo = 0;
                        foreach (var bucket in point.GetHistogramBuckets())
                            Line(lines, name + "_bucket", [.. labels, $"le=\"{Number(bucket.ExplicitBound)}\""], upTo += bucket.BucketCount);
                        Line(lines, name + "_sum", labels, point.GetHistogramSum());
                        Line(lines, name + "_count", labels, point.GetHistogramCount());
                        break;
                }
            }
        }

        /// <summary>http.server.request.duration in s becomes http_server_request_duration_seconds.</summary>
        private static string Name(Metric metric, bool isCounter)
        {
            var unit = metric.Unit switch { "s" => "_seconds", "ms" => "_milliseconds", "By" => "_bytes", "%" => "_percent", "1" when !isCounter => "_ratio", _ => "" };
            var name = new string([.. metric.Name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_')]);
            if (!name.EndsWith(unit, StringComparison.Ordinal)) name += unit;
            return isCounter && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name;
        }

        private static List<string> Labels(ReadOnlyTagCollection tags)
        {
            var labels = new List<string>();
            foreach (var (key, value) in tags)
            {
                var words = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
                labels.Add($"{string.Concat(key.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'))}=\"{words.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\"");
            }

            return labels;
        }

        private static void Line(StringBuilder lines, string name, List<string> labels, double value)
        {
            lines.Append(name);
            if (labels.Count > 0) lines.Append('{').AppendJoin(',', labels).Append('}');
            lines.Append(' ').Append(Number(value)).Append('\n');
        }

        private static string Number(double value) =>
            double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : double.IsNaN(value) ? "NaN" : value.ToString("R", CultureInfo.InvariantCulture);
    }
}

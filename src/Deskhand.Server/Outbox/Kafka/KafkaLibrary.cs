using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Deskhand.Outbox;

/// <summary>The native library that Confluent.Kafka works with: the system's own, loaded when Kafka is configured and not before (decision 22).</summary>
internal static class KafkaLibrary
{
    /// <summary>What it is called, by the platform.</summary>
    public static IReadOnlyList<string> Names { get; } =
        OperatingSystem.IsWindows() ? ["librdkafka.dll"] : OperatingSystem.IsMacOS() ? ["librdkafka.1.dylib"] : ["librdkafka.so.1"];

    private static readonly Lock Gate = new();
    private static nint loaded;

    /// <summary>Loads it, once; when it is missing, a later call looks again.</summary>
    /// <exception cref="SinkUnavailableException">It is not installed; the message says how to install it.</exception>
    public static void Load(IReadOnlyList<string> names)
    {
        lock (Gate)
        {
            nint handle = 0;
            if (!names.Any(n => NativeLibrary.TryLoad(n, out handle)))
                throw new SinkUnavailableException("Kafka is configured, and its library librdkafka is not installed. On Debian and Ubuntu: apt-get install librdkafka1; on Fedora: dnf install librdkafka; on macOS: brew install librdkafka.");
            if (loaded != 0) return;
            loaded = handle;
            NativeLibrary.SetDllImportResolver(typeof(Library).Assembly, Resolve);
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => name.Contains("librdkafka", StringComparison.Ordinal) ? loaded : 0;
}

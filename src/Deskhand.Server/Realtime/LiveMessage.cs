using System.Buffers;
using System.Globalization;
using System.Text;

namespace Deskhand.Realtime;

/// <summary>What is told to many: written once, in the format of server-sent events and as an invocation of SignalR's JSON protocol.</summary>
/// <param name="Frame">For <c>GET /events/stream</c>.</param>
/// <param name="Invocation">For <c>/hubs/desk</c>: one record with its separator.</param>
internal sealed record LiveMessage(ReadOnlyMemory<byte> Frame, ReadOnlyMemory<byte> Invocation)
{
    /// <param name="name">For example <c>ticket:updated</c>; plain ASCII without quotes.</param>
    /// <param name="position">Its place in the stream, or null when it has none.</param>
    /// <param name="data">A JSON object with at least one member.</param>
    public static LiveMessage Of(string name, long? position, ReadOnlySpan<byte> data)
    {
        var frame = new ArrayBufferWriter<byte>(data.Length + 80);
        if (position is { } id) Write(frame, string.Create(CultureInfo.InvariantCulture, $"id: {id}\n"));
        Write(frame, $"event: {name}\ndata: ");
        frame.Write(data);
        frame.Write("\n\n"u8);

        // https://github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/HubProtocol.md, "Invocation Message Encoding"
        var invocation = new ArrayBufferWriter<byte>(data.Length + 100);
        Write(invocation, $$"""{"type":1,"target":"{{name}}","arguments":[{""");
        if (position is { } place) Write(invocation, string.Create(CultureInfo.InvariantCulture, $"\"position\":{place},"));
        invocation.Write(data[1..]);
        invocation.Write("]}\u001e"u8);
        return new LiveMessage(frame.WrittenMemory, invocation.WrittenMemory);
    }

    private static void Write(ArrayBufferWriter<byte> to, string text) => Encoding.UTF8.GetBytes(text, to);
}

using System.Buffers.Binary;

namespace Deskhand.Data;

/// <summary>
/// UUIDv7 ids (RFC 9562 §5.7) that rise within this process even inside one millisecond: the 12 bits of rand_a count (§6.2, method 1).
/// So rows of one change sort in the order they were made.
/// </summary>
internal static class Ids
{
    private static long last;

    /// <summary>A new id for something that happens at an instant.</summary>
    public static Guid New(DateTimeOffset at)
    {
        var candidate = at.ToUnixTimeMilliseconds() << 12;
        long present, next;
        do
        {
            present = Interlocked.Read(ref last);
            // a clock that was set back goes on counting where it was, but never more than a minute ahead of itself
            next = candidate > present || present - candidate > 60_000L << 12 ? candidate : present + 1;
        }
        while (Interlocked.CompareExchange(ref last, next, present) != present);

        Span<byte> bytes = stackalloc byte[16];
        Guid.NewGuid().TryWriteBytes(bytes, bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(bytes, (next >> 12 << 16) | 0x7000 | (next & 0xfff));
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>The least id of an instant: those of things that happened at it or later are not below, but for their order inside a millisecond.</summary>
    public static Guid First(DateTimeOffset at)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        BinaryPrimitives.WriteInt64BigEndian(bytes, at.ToUnixTimeMilliseconds() << 16);
        return new Guid(bytes, bigEndian: true);
    }
}

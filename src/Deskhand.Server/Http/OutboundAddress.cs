using System.Net;
using System.Net.Sockets;

namespace Deskhand.Http;

/// <summary>Which addresses the server may call on behalf of somebody who is not its operator (security case 28).</summary>
internal static class OutboundAddress
{
    /// <summary>
    /// What is not on the public internet: IANA's special-purpose registries for IPv4 and IPv6 (RFC 6890), multicast, and the translations that carry an
    /// IPv4 address inside (those are looked into, see <see cref="Inner"/>).
    /// </summary>
    private static readonly IPNetwork[] Special =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/96", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        }.Select(IPNetwork.Parse),
    ];

    /// <summary>The metadata services of clouds that have a public address.</summary>
    private static readonly IPAddress[] Metadata = [IPAddress.Parse("168.63.129.16")];

    private static readonly IPNetwork Mapped = IPNetwork.Parse("::ffff:0:0/96");
    private static readonly IPNetwork Translated = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");

    /// <summary>Whether an address is one of the public internet.</summary>
    public static bool IsPublic(IPAddress address) =>
        Inner(address) is { } inner ? IsPublic(inner) : !Array.Exists(Special, n => n.BaseAddress.AddressFamily == address.AddressFamily && n.Contains(address)) && !Metadata.Contains(address);

    /// <summary>Why an address cannot be called, as far as that is seen without looking its name up; null = it may be. What the name means is looked at each time it is called.</summary>
    /// <param name="url">An absolute http or https address.</param>
    /// <param name="allowPrivate">Development: http, and machines that only this one can reach.</param>
    public static string? Refusal(Uri url, bool allowPrivate)
    {
        if (allowPrivate) return null;
        if (url.Scheme != Uri.UriSchemeHttps) return "The address must begin with https://.";
        if (url.Port is not 443 and < 1024) return "The port must be 443, or 1024 or above.";
        // digits and letters of other scripts can stand for others
        if (!System.Text.Ascii.IsValid(url.Host)) return "Write the host in its ASCII form (xn--…).";
        // the canonical form: 2130706433, 0x7f.1 and 017700000001 are all 127.0.0.1 by now
        if (IPAddress.TryParse(url.DnsSafeHost, out var literal)) return IsPublic(literal) ? null : "This is not an address of the public internet.";
        var host = url.IdnHost.TrimEnd('.');
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase) || !host.Contains('.', StringComparison.Ordinal)
            ? "This is not a host of the public internet." : null;
    }

    /// <summary>The IPv4 address that an IPv6 address stands for: mapped (::ffff:…), translated (64:ff9b::…, RFC 6052) or 6to4 (2002:…).</summary>
    private static IPAddress? Inner(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return null;
        var bytes = address.GetAddressBytes();
        if (Mapped.Contains(address) || address.IsIPv4MappedToIPv6 || Translated.Contains(address)) return new IPAddress(bytes.AsSpan(12, 4));
        return SixToFour.Contains(address) ? new IPAddress(bytes.AsSpan(2, 4)) : null;
    }
}

/// <summary>An address that must not be called. The message names no address inside, so that nobody learns the network by it.</summary>
internal sealed class RefusedAddressException(string message) : IOException(message);

/// <summary>
/// Connections to hosts that a tenant names. A name is resolved here, every address it has is checked, and the connection goes to one of just those:
/// a second look-up, which could answer something else (DNS rebinding), does not happen.
/// </summary>
internal static class OutboundConnection
{
    /// <summary>Looks a name up.</summary>
    public delegate Task<IPAddress[]> Resolver(string host, CancellationToken cancellationToken);

    /// <summary>A handler that follows no redirect, keeps no cookie, uses no proxy and unpacks nothing.</summary>
    public static SocketsHttpHandler Handler(bool allowPrivate, Resolver? resolve = null) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        MaxResponseHeadersLength = 16,
        MaxResponseDrainSize = 0,
        // what a name means is asked again soon
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(15),
        ConnectCallback = (context, cancellationToken) => Connect(context.DnsEndPoint, allowPrivate, resolve ?? Dns.GetHostAddressesAsync, cancellationToken),
    };

    private static async ValueTask<Stream> Connect(DnsEndPoint endpoint, bool allowPrivate, Resolver resolve, CancellationToken cancellationToken)
    {
        var addresses = IPAddress.TryParse(endpoint.Host, out var literal) ? [literal] : await resolve(endpoint.Host, cancellationToken);
        // one bad address spoils the name: who mixes them means harm or does not know what the name means
        if (!allowPrivate && !Array.TrueForAll(addresses, OutboundAddress.IsPublic)) throw new RefusedAddressException("The host is not one of the public internet.");
        if (addresses.Length == 0) throw new SocketException((int)SocketError.HostNotFound);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, endpoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

using System.Security.Cryptography;
using System.Text;
using Deskhand.Access;

namespace Deskhand.Notifications;

/// <summary>What an address or a link that we gave out may do.</summary>
internal enum TokenPurpose
{
    /// <summary>An answer becomes a public comment of a ticket.</summary>
    Reply,

    /// <summary>An answer becomes an internal note: it answers a message that told of one (security case 18).</summary>
    NoteReply,

    /// <summary>A report of failure is about a delivery.</summary>
    Bounce,

    /// <summary>A survey may be answered.</summary>
    Survey,
}

/// <summary>
/// Signed tokens of one id: in the address that answers go to (<c>support+t…@example.com</c>) and in links. Each tenant has a key of its own, derived
/// from the installation's secret; 80 bits of signature fit into the 64 characters of a local part (RFC 5321 §4.5.3.1.1).
/// </summary>
internal sealed class MailAddresses(JwtSecret secret)
{
    private const int SignatureBytes = 10;

    /// <summary>The token, in letters and digits of one case: servers on the way may change the case of an address.</summary>
    public string Token(Guid tenantId, TokenPurpose purpose, Guid id) =>
        Letter(purpose) + Base32.Encode([.. id.ToByteArray(bigEndian: true), .. Sign(tenantId, purpose, id)]).ToLowerInvariant();

    /// <summary>What a token is for, when it was made here for this tenant.</summary>
    public (TokenPurpose Purpose, Guid Id)? Read(Guid tenantId, string token)
    {
        if (token.Length < 2 || !Base32.TryDecode(token.AsSpan(1), out var bytes) || bytes.Length != 16 + SignatureBytes) return null;
        foreach (var purpose in Enum.GetValues<TokenPurpose>())
        {
            if (char.ToLowerInvariant(token[0]) != Letter(purpose)) continue;
            var id = new Guid(bytes.AsSpan(0, 16), bigEndian: true);
            return CryptographicOperations.FixedTimeEquals(bytes.AsSpan(16), Sign(tenantId, purpose, id)) ? (purpose, id) : null;
        }

        return null;
    }

    /// <summary>An address with a token behind a plus: <c>support+t…@example.com</c>.</summary>
    public string Plus(string address, Guid tenantId, TokenPurpose purpose, Guid id)
    {
        var at = address.LastIndexOf('@');
        return $"{address[..at]}+{Token(tenantId, purpose, id)}{address[at..]}";
    }

    /// <summary>A survey's token, for a link: it carries the tenant, since who opens it is not signed in.</summary>
    public string SurveyToken(Guid tenantId, Guid id) => Base32.Encode(tenantId.ToByteArray(bigEndian: true)).ToLowerInvariant() + Token(tenantId, TokenPurpose.Survey, id);

    /// <summary>Whose survey a token opens, or null.</summary>
    public (Guid TenantId, Guid Id)? ReadSurvey(string token)
    {
        if (token.Length != 69 || !Base32.TryDecode(token.AsSpan(0, 26), out var tenant) || tenant.Length != 16) return null;
        var tenantId = new Guid(tenant, bigEndian: true);
        return Read(tenantId, token[26..]) is (TokenPurpose.Survey, var id) ? (tenantId, id) : null;
    }

    private byte[] Sign(Guid tenantId, TokenPurpose purpose, Guid id) =>
        HMACSHA256.HashData(secret.Derive($"mail:{tenantId:D}"), Encoding.ASCII.GetBytes($"{Letter(purpose)}:{id:D}"))[..SignatureBytes];

    private static char Letter(TokenPurpose purpose) => purpose switch { TokenPurpose.Reply => 't', TokenPurpose.NoteReply => 'n', TokenPurpose.Bounce => 'b', TokenPurpose.Survey => 's' };
}

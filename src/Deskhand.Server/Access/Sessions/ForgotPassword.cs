using System.Threading.Channels;
using Deskhand.Data;
using Deskhand.Http;

namespace Deskhand.Access;

/// <summary>POST /auth/password/forgot: notes the wish. Answered before anybody has looked whether the address is known.</summary>
internal static class ForgotPassword
{
    public static Accepted<ForgotResponse> Handle(ForgotRequest body, RequestOrigin origin, ForgottenPasswords forgotten)
    {
        forgotten.Add(new(body.Email.Trim(), body.Tenant, origin));
        return Answer.Accepted<ForgotResponse>(new ForgotResponse("If this address has an account here, the request has been noted."));
    }
}

internal sealed record ForgotRequest(string Email, string? Tenant = null);

internal sealed record ForgotResponse(string Message);

internal sealed record Forgotten(string Email, string? Tenant, RequestOrigin Origin);

/// <summary>
/// Looks behind the answer who asked for another password, and mails a link; leaves it in the audit log too, where an administrator finds it and
/// makes a link when there is no mail. Once an hour for an account, so that nobody fills the log of others.
/// </summary>
internal sealed class ForgottenPasswords(Database database, AccountMail mail, TimeProvider clock, ILogger<ForgottenPasswords> logger) : BackgroundService
{
    private readonly Channel<Forgotten> waiting = Channel.CreateBounded<Forgotten>(new BoundedChannelOptions(1000) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Add(Forgotten forgotten) => waiting.Writer.TryWrite(forgotten);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var forgotten in waiting.Reader.ReadAllAsync(stoppingToken)) await Note(forgotten, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // the server stops
        }
    }

    private async Task Note(Forgotten forgotten, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var (tenantId, userId) in await SignInAccounts.Find(database, forgotten.Email, forgotten.Tenant, cancellationToken))
            {
                await using var session = database.For(tenantId);
                await session.Transact<Nothing>(async () =>
                {
                    var now = clock.Now();
                    var recent = await session.Query("SELECT 1 FROM audit_log WHERE tenant_id = $1 AND target_id = $2 AND action = 'auth.password_forgotten' AND at > $3 LIMIT 1",
                        r => r.GetInt32(0), cancellationToken, Rows.P(tenantId), Rows.P(userId.ToString()), Rows.P(now.AddHours(-1)));
                    if (recent.Count > 0) return default(Nothing);
                    await Audit.Write(session, new("auth.password_forgotten", now, null, "user", userId, null, forgotten.Origin), cancellationToken);
                    if (mail.IsOn) await SendLink(session, userId, now, cancellationToken);
                    return default(Nothing);
                }, cancellationToken);
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // anybody can make such a request: whatever it runs into ends nothing but itself
            logger.LogError(e, "A request for another password was lost");
        }
    }

    private async Task SendLink(TenantSession session, Guid userId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var address = (await session.Query("SELECT email FROM users WHERE tenant_id = $1 AND id = $2", r => r.GetString(0), cancellationToken, Rows.P(session.TenantId), Rows.P(userId)))[0];
        var (token, _) = await OneTimeTokens.Make(session, userId, LinkPurpose.PasswordReset, now, cancellationToken);
        await mail.Send(session, userId, address, LinkPurpose.PasswordReset, token, Actor.System(Via.Api), now, cancellationToken);
    }
}

/// <summary>The accounts that a sign-in may mean.</summary>
internal static class SignInAccounts
{
    /// <summary>One per tenant that knows the address and lets it in.</summary>
    public static async Task<List<(Guid TenantId, Guid UserId)>> Find(Database database, string email, string? tenant, CancellationToken cancellationToken) =>
        // what the database could not even be asked is unknown
        email.Length > 254 || email.Contains('\0', StringComparison.Ordinal) || tenant?.Contains('\0', StringComparison.Ordinal) == true
            ? []
            : await database.AcrossTenants("SELECT tenant_id, user_id FROM find_sign_in($1, $2) ORDER BY tenant_id LIMIT 10", r => (r.GetGuid(0), r.GetGuid(1)),
                cancellationToken, Rows.P(email), Rows.P(string.IsNullOrWhiteSpace(tenant) ? null : tenant.Trim()));
}

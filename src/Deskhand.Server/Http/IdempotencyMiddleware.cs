using System.Security.Cryptography;
using System.Text;
using Deskhand.Access;
using Deskhand.Data;
using Microsoft.AspNetCore.Http.Features;
using NpgsqlTypes;

namespace Deskhand.Http;

/// <summary>
/// <c>Idempotency-Key</c> on POST: the key, the effect and the answer are one transaction, so a retry after any crash or lost
/// answer finds either all of them or none. A second request with the key waits for the first and then gets the same answer.
/// Only answers that did something are kept; a refused request may be tried again with the same key. Of an answer that holds a secret nothing
/// is kept but that it was given.
/// </summary>
internal sealed class IdempotencyMiddleware(RequestDelegate next, JwtSecret secret, TimeProvider clock)
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromHours(24);
    private readonly byte[] fingerprintKey = secret.Derive("idempotency");

    public Task InvokeAsync(HttpContext context, RequestScope scope)
    {
        if (!HttpMethods.IsPost(context.Request.Method) || scope.CallerOrNull is not { } caller
            || !context.Request.Headers.TryGetValue("Idempotency-Key", out var header)
            || context.GetEndpoint()?.Metadata.GetMetadata<TakesNoKey>() is not null) return next(context);
        var key = header.ToString();
        if (key.Length is 0 or > 255 || key.Any(c => c is <= ' ' or > '~'))
            return Problem.Malformed("Idempotency-Key", "The key has 1 to 255 visible ASCII characters.").Write(context);
        return Once(context, caller, key);
    }

    private async Task Once(HttpContext context, Caller caller, string key)
    {
        var session = context.RequestServices.GetRequiredService<TenantSession>();
        var fingerprint = await Fingerprint(context);
        var holdsSecret = context.GetEndpoint()!.Metadata.GetMetadata<HoldsSecret>() is not null;
        var client = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        using var buffer = new MemoryStream();
        Outcome<Kept> outcome;
        try
        {
            outcome = await session.Transact<Kept>(async () =>
            {
                var now = clock.GetUtcNow();
                var isFirst = await session.Execute("""
                    INSERT INTO idempotency_keys AS k (tenant_id, caller_id, key, fingerprint, created_at) VALUES ($1, $2, $3, $4, $5)
                    ON CONFLICT (tenant_id, caller_id, key) DO UPDATE SET fingerprint = excluded.fingerprint, created_at = excluded.created_at, status = NULL
                    WHERE k.created_at < $6
                    """, context.RequestAborted, Rows.P(session.TenantId), Rows.P(caller.Key), Rows.P(key), Rows.P(fingerprint), Rows.P(now), Rows.P(now - KeptFor)) == 1;
                if (!isFirst) return await Present(session, caller, key, fingerprint, context.RequestAborted);

                context.Response.Body = buffer;
                await next(context);
                await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
                var response = context.Response;
                var kept = new Kept(response.StatusCode, response.Headers.Location, response.Headers.ETag, response.ContentType, buffer.ToArray(), IsReplay: false);
                if (kept.Status is < 200 or > 299) return Refused;
                await session.Execute("""
                    UPDATE idempotency_keys SET status = $4, location = $5, etag = $6, content_type = $7, body = $8 WHERE tenant_id = $1 AND caller_id = $2 AND key = $3
                    """, CancellationToken.None, Rows.P(session.TenantId), Rows.P(caller.Key), Rows.P(key), Rows.P(kept.Status), Rows.P(kept.Location), Rows.P(kept.ETag),
                    Rows.P(kept.ContentType), Rows.P(holdsSecret ? null : kept.Body, NpgsqlDbType.Bytea));
                return kept;
            }, context.RequestAborted);
        }
        finally
        {
            context.Features.Set(client);
        }

        if (ReferenceEquals(outcome.Problem, Refused)) await context.Response.Body.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), context.RequestAborted);
        else if (outcome.Problem is { } problem) await problem.Write(context);
        else await outcome.Value.Write(context);
    }

    /// <summary>Not shown to anybody: the use case has written its refusal already, and the transaction is to be rolled back.</summary>
    private static readonly Problem Refused = Problem.Conflict("refused", "The use case refused.");

    private static async Task<Outcome<Kept>> Present(TenantSession session, Caller caller, string key, byte[] fingerprint, CancellationToken cancellationToken)
    {
        var rows = await session.Query(
            "SELECT fingerprint, status, location, etag, content_type, body FROM idempotency_keys WHERE tenant_id = $1 AND caller_id = $2 AND key = $3",
            r => (Fingerprint: r.GetFieldValue<byte[]>(0), Kept: new Kept(r.GetInt32(1), r.Text(2), r.Text(3), r.Text(4), r.IsDBNull(5) ? null : r.GetFieldValue<byte[]>(5), IsReplay: true)),
            cancellationToken, Rows.P(session.TenantId), Rows.P(caller.Key), Rows.P(key));
        if (rows.Count != 1 || !CryptographicOperations.FixedTimeEquals(rows[0].Fingerprint, fingerprint))
            return Problem.Conflict("idempotency_key_reused", "This Idempotency-Key came with another request before; use a new key for a new request.");
        return rows[0].Kept is { Body: not null } kept ? kept
            : Problem.Conflict("answer_not_kept", "This was done before with this Idempotency-Key. Its answer held a secret, which is shown once and kept nowhere: look at what was made, or use a new key to do it again.");
    }

    /// <summary>
    /// HMAC-SHA-256 over address and body: what is kept tells nobody who reads the table whether a password in the body was guessed right.
    /// Of an upload only the length counts: a retry has another multipart boundary.
    /// </summary>
    private async Task<byte[]> Fingerprint(HttpContext context)
    {
        var request = context.Request;
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, fingerprintKey);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Path}{request.QueryString}\n"));
        if (request.HasFormContentType)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{request.ContentLength}"));
            return hash.GetHashAndReset();
        }

        request.EnableBuffering();
        var block = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(block, context.RequestAborted)) > 0) hash.AppendData(block, 0, read);
        request.Body.Position = 0;
        return hash.GetHashAndReset();
    }

    private sealed record Kept(int Status, string? Location, string? ETag, string? ContentType, byte[]? Body, bool IsReplay)
    {
        public async Task Write(HttpContext context)
        {
            var response = context.Response;
            response.StatusCode = Status;
            response.ContentType = ContentType;
            if (Location is not null) response.Headers.Location = Location;
            if (ETag is not null) response.Headers.ETag = ETag;
            if (IsReplay) response.Headers["Idempotency-Replayed"] = "true";
            response.ContentLength = Body is { Length: > 0 } some ? some.Length : null;
            await response.Body.WriteAsync(Body, context.RequestAborted);
        }
    }
}

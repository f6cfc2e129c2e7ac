using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Diagnostics;
using Npgsql;

namespace Deskhand.Http;

/// <summary>A problem on the wire: RFC 9457 with a stable code, a trace id, and messages by member.</summary>
internal sealed record ProblemBody(
    string Type,
    string Title,
    int Status,
    string Detail,
    string Code,
    string TraceId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, string[]>? Errors,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Allowed,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Position = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, string?>? Present = null);

internal static class Problems
{
    public static int Status(this Problem problem) => problem.Kind switch
    {
        ProblemKind.Malformed => StatusCodes.Status400BadRequest,
        ProblemKind.Invalid => StatusCodes.Status422UnprocessableEntity,
        ProblemKind.Unauthenticated => StatusCodes.Status401Unauthorized,
        ProblemKind.Forbidden => StatusCodes.Status403Forbidden,
        ProblemKind.NotFound => StatusCodes.Status404NotFound,
        ProblemKind.Conflict => StatusCodes.Status409Conflict,
        ProblemKind.Gone => StatusCodes.Status410Gone,
        ProblemKind.Stale => StatusCodes.Status412PreconditionFailed,
        ProblemKind.TooLarge => StatusCodes.Status413PayloadTooLarge,
        ProblemKind.TooMany => StatusCodes.Status429TooManyRequests,
        ProblemKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
    };

    public static Task Write(this Problem problem, HttpContext context)
    {
        if (problem.RetryAfter is { } wait)
            context.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        if (problem.Kind == ProblemKind.Unauthenticated) context.Response.Headers.WWWAuthenticate = "Bearer";
        return Write(context, problem.Status(), problem.Code, problem.Message,
            problem.Errors.IsEmpty ? null : problem.Errors.ToDictionary(e => e.Key, e => e.Value.ToArray(), StringComparer.Ordinal),
            problem.Allowed.IsEmpty ? null : problem.Allowed, problem.Position, problem.Present.IsEmpty ? null : problem.Present);
    }

    public static Task Write(HttpContext context, int status, string code, string detail,
        IReadOnlyDictionary<string, string[]>? errors = null, IReadOnlyList<string>? allowed = null, int? position = null, IReadOnlyDictionary<string, string?>? present = null)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/problem+json";
        response.Headers.CacheControl = "no-store";
        var body = new ProblemBody("about:blank", Title(status), status, detail, code, TraceId(context), errors, allowed, position, present);
        JsonAnswer.Body(response, body);
        return Task.CompletedTask;
    }

    public static string TraceId(HttpContext context) => Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier;

    /// <summary>Whether what was thrown is the caller's doing, and so nothing for the log of errors.</summary>
    public static bool IsTheCallers(Exception e) => e is BadHttpRequestException or JsonException or OperationCanceledException;

    /// <summary>What was thrown becomes an answer: bad input 400, a body too large 413, anything else is a bug and answers 500 without internals.</summary>
    public static async Task OnException(HttpContext context)
    {
        switch (context.Features.Get<IExceptionHandlerFeature>()?.Error)
        {
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                await RefusedBody.Answer(context);
                break;
            case BadHttpRequestException { StatusCode: StatusCodes.Status415UnsupportedMediaType }:
                await Write(context, StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type", WrongType);
                break;
            case BadHttpRequestException { InnerException: JsonException json }:
                await OfJson(json).Write(context);
                break;
            case BadHttpRequestException bad:
                await Write(context, StatusCodes.Status400BadRequest, "malformed", Harmless(bad.Message));
                break;
            case JsonException json:
                await OfJson(json).Write(context);
                break;
            case OperationCanceledException when context.RequestAborted.IsCancellationRequested:
                context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
                break;
            case NpgsqlException { IsTransient: true } or PostgresException { SqlState: "57P01" or "57P03" or "53300" }:
                context.Response.Headers.RetryAfter = "2";
                await Write(context, StatusCodes.Status503ServiceUnavailable, "database_unavailable", "The database does not answer at the moment; try again.");
                break;
            default:
                await Write(context, StatusCodes.Status500InternalServerError, "internal_error", "Something went wrong on our side. The trace id finds it in the log.");
                break;
        }
    }

    /// <summary>An answer that routing gave without a body (404, 405, 415) gets one.</summary>
    public static Task OnEmptyAnswer(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => Write(context, 404, "no_such_route", "There is nothing at this address."),
        StatusCodes.Status405MethodNotAllowed => Write(context, 405, "method_not_allowed", $"This address does not take {context.Request.Method}."),
        StatusCodes.Status413PayloadTooLarge => RefusedBody.Answer(context),
        StatusCodes.Status415UnsupportedMediaType => Write(context, 415, "unsupported_media_type", WrongType),
        var status and >= 400 => Write(context, status, "error", Title(status)),
        _ => Task.CompletedTask,
    };

    /// <summary>What the JSON reader found, in words for the caller.</summary>
    public static Problem OfJson(JsonException json)
    {
        var path = json.Path is null or "$" ? "" : json.Path.TrimStart('$', '.');
        var message = json.Message;
        var unknown = "The JSON property '";
        if (message.StartsWith(unknown, StringComparison.Ordinal) && message.IndexOf('\'', unknown.Length) is > 0 and var end)
        {
            var member = message[unknown.Length..end];
            return new Problem(ProblemKind.Malformed, "unknown_member", $"There is no member \"{Clip(member)}\" that can be written here.")
            {
                Errors = Problem.Malformed(Clip(member), "This member is unknown or read-only.").Errors,
            };
        }

        // our own converters speak plainly; the library's messages name .NET types
        var plain = message.StartsWith("Expected ", StringComparison.Ordinal) ? message.Split(" Path:", 2)[0]
            : message.Contains("missing required properties", StringComparison.Ordinal) ? Missing(message)
            : message.Contains("Duplicate property", StringComparison.Ordinal) ? "A member appears twice."
            : json.InnerException is FormatException or InvalidOperationException || message.Contains("could not be converted", StringComparison.Ordinal) ? "This value has the wrong type."
            : message.Contains("doesn't allow", StringComparison.Ordinal) || message.Contains("null", StringComparison.Ordinal) ? "This may not be null."
            : $"This is not valid JSON (line {(json.LineNumber ?? 0) + 1}, byte {(json.BytePositionInLine ?? 0) + 1}).";
        return Problem.Malformed(path.Length == 0 ? "body" : Clip(path), plain) with { Message = "The body cannot be read: " + plain };
    }

    private static string Missing(string message)
    {
        var colon = message.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? "A required member is missing." : "Missing:" + message[(colon + 1)..].Replace("'", "", StringComparison.Ordinal).TrimEnd('.') + ".";
    }

    private static string Harmless(string message) =>
        message.StartsWith("Failed to bind parameter", StringComparison.Ordinal) || message.StartsWith("Required parameter", StringComparison.Ordinal)
            ? "A parameter is missing or has the wrong form."
            : message.StartsWith("Failed to read", StringComparison.Ordinal) || message.StartsWith("Implicit body", StringComparison.Ordinal)
                ? "The body is missing or cannot be read."
                : "The request cannot be read.";

    private const string WrongType = "This address does not take this content type; most take application/json, uploads multipart/form-data.";

    private static string Clip(string text) => text.Length > 80 ? text[..80] + "…" : text;

    private static string Title(int status) => Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status) is { Length: > 0 } phrase ? phrase : "Error";
}

using System.Buffers;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Metadata;

namespace Deskhand.Http;

/// <summary>A representation with a version, and so with an ETag.</summary>
internal interface IVersioned
{
    long Version { get; }
}

/// <summary>Answers of use cases: a value as JSON or the problem that stood in its way. The only place that writes either.</summary>
internal static class Answer
{
    /// <summary>200 with the value.</summary>
    public static Answer<T> Ok<T>(Outcome<T> outcome) => new(outcome);

    /// <summary>200 with what a change made of the version in <c>If-Match</c>; null when it does not matter.</summary>
    public static async Task<Answer<T>> Ok<T>(HttpRequest request, Func<long?, Task<Outcome<T>>> change)
    {
        var expected = ETags.Expected(request);
        return Ok(expected.Problem is { } malformed ? malformed : await change(expected.Value));
    }

    /// <summary>The same, shown in its public form.</summary>
    public static Task<Answer<TShown>> Ok<T, TShown>(HttpRequest request, Func<long?, Task<Outcome<T>>> change, Func<T, TShown> show) =>
        Ok<TShown>(request, async version => await change(version) is var changed && changed.Problem is { } problem ? problem : show(changed.Value));

    /// <summary>201 with the value and where it can be found.</summary>
    public static Created<T> Created<T>(Outcome<T> outcome, Func<T, string> location) => new(outcome, location);

    /// <summary>202 with the value.</summary>
    public static Accepted<T> Accepted<T>(Outcome<T> outcome) => new(outcome);

    /// <summary>200 with what was done at once, or 202 with what will be done.</summary>
    public static NowOrLater<TNow, TLater> NowOrLater<TNow, TLater>(Outcome<TNow>? now, Outcome<TLater>? later) => new(now, later);

    /// <summary>204, or the problem.</summary>
    public static NoContent Done<T>(Outcome<T> outcome) => new(outcome.Problem);

    /// <summary>204 after a change of the version in <c>If-Match</c>, or the problem.</summary>
    public static async Task<NoContent> Done<T>(HttpRequest request, Func<long?, Task<Outcome<T>>> change)
    {
        var expected = ETags.Expected(request);
        return new(expected.Problem ?? (await change(expected.Value)).Problem);
    }
}

/// <summary>200 with a <typeparamref name="T"/>, or a problem.</summary>
internal sealed class Answer<T>(Outcome<T> outcome) : IResult, IEndpointMetadataProvider
{
    public Task ExecuteAsync(HttpContext httpContext) => JsonAnswer.Write(httpContext, outcome, StatusCodes.Status200OK, null);

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), ["application/json"]));
}

/// <summary>201 with a <typeparamref name="T"/> and its <c>Location</c>, or a problem.</summary>
internal sealed class Created<T>(Outcome<T> outcome, Func<T, string> location) : IResult, IEndpointMetadataProvider
{
    public Task ExecuteAsync(HttpContext httpContext) =>
        JsonAnswer.Write(httpContext, outcome, StatusCodes.Status201Created, outcome.Problem is null ? location(outcome.Value) : null);

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status201Created, typeof(T), ["application/json"]));
}

/// <summary>202 with a <typeparamref name="T"/>, or a problem.</summary>
internal sealed class Accepted<T>(Outcome<T> outcome) : IResult, IEndpointMetadataProvider
{
    public Task ExecuteAsync(HttpContext httpContext) => JsonAnswer.Write(httpContext, outcome, StatusCodes.Status202Accepted, null);

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status202Accepted, typeof(T), ["application/json"]));
}

/// <summary>200 with a <typeparamref name="TNow"/>, 202 with a <typeparamref name="TLater"/>, or a problem.</summary>
internal sealed class NowOrLater<TNow, TLater>(Outcome<TNow>? now, Outcome<TLater>? later) : IResult, IEndpointMetadataProvider
{
    public Task ExecuteAsync(HttpContext httpContext) => now is { } done
        ? JsonAnswer.Write(httpContext, done, StatusCodes.Status200OK, null)
        : JsonAnswer.Write(httpContext, later ?? throw new InvalidOperationException("There is neither answer."), StatusCodes.Status202Accepted, null);

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder)
    {
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(TNow), ["application/json"]));
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status202Accepted, typeof(TLater), ["application/json"]));
    }
}

/// <summary>204, or a problem.</summary>
internal sealed class NoContent(Problem? problem) : IResult, IEndpointMetadataProvider
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        if (problem is not null) return problem.Write(httpContext);
        httpContext.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status204NoContent));
}

internal static class JsonAnswer
{
    /// <summary>Bytes that a thread keeps for its next answer; most answers are far smaller.</summary>
    private const int MostKept = 256 * 1024;

    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Text, Utf8JsonWriter Json)? kept;

    public static Task Write<T>(HttpContext context, Outcome<T> outcome, int status, string? location)
    {
        if (outcome.Problem is { } problem) return problem.Write(context);
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        if (location is not null) response.Headers.Location = location;
        if (outcome.Value is IVersioned versioned)
        {
            var etag = ETags.Of(versioned.Version);
            response.Headers.ETag = etag;
            if (status == StatusCodes.Status200OK && HttpMethods.IsGet(context.Request.Method) && context.Request.Headers.IfNoneMatch.Contains(etag))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                response.ContentType = null;
                return Task.CompletedTask;
            }
        }

        Body(response, outcome.Value);
        return Task.CompletedTask;
    }

    /// <summary>Puts a value into the body, with its length. Nothing leaves before all of it is there: what cannot be written is answered as an error, and not cut off.</summary>
    public static void Body<T>(HttpResponse response, T value)
    {
        var (text, json) = kept ??= Writer();
        try
        {
            JsonSerializer.Serialize(json, value, JsonFormat.Options);
            json.Flush();
            response.ContentLength = text.WrittenCount;
            response.BodyWriter.Write(text.WrittenSpan);
        }
        finally
        {
            text.ResetWrittenCount();
            json.Reset();
            if (text.Capacity > MostKept) kept = null;
        }
    }

    private static (ArrayBufferWriter<byte>, Utf8JsonWriter) Writer()
    {
        var text = new ArrayBufferWriter<byte>();
        return (text, new Utf8JsonWriter(text, JsonFormat.Writing));
    }
}

/// <summary>ETags are the version in quotes (RFC 9110 §8.8.3). They are bound to the address, and no answer to a signed-in caller is kept by shared caches.</summary>
internal static class ETags
{
    public static string Of(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <summary>The version in <c>If-Match</c>; null when there is none or it is <c>*</c>.</summary>
    public static Outcome<long?> Expected(HttpRequest request)
    {
        var header = request.Headers.IfMatch.ToString();
        if (header is "" or "*") return (long?)null;
        return header.Length > 2 && header[0] == '"' && header[^1] == '"'
            && long.TryParse(header.AsSpan(1, header.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
                ? version
                : Problem.Malformed("If-Match", "If-Match is one ETag as it was answered, for example \"3\".");
    }
}

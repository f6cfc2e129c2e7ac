using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.AspNetCore.Mvc;

namespace Deskhand.Http;

/// <summary>The query parameters of an endpoint that is no use case of ours.</summary>
internal sealed record TakesQuery(params string[] Names);

/// <summary>Refuses query parameters that the route does not know, naming those it does.</summary>
internal static class QueryGuard
{
    private static readonly ConcurrentDictionary<Endpoint, string[]> Known = new();

    public static Problem? Check(HttpContext context, Endpoint endpoint)
    {
        var query = context.Request.Query;
        if (query.Count == 0) return null;
        var known = Known.GetOrAdd(endpoint, Names);
        foreach (var name in query.Keys)
            if (!known.Contains(name, StringComparer.Ordinal))
                return Problem.Malformed(name, known.Length == 0 ? "This address takes no parameters." : $"There is no such parameter; there are: {string.Join(", ", known)}.")
                    with
                { Code = "unknown_parameter", Allowed = [.. known] };
        return null;
    }

    /// <summary>The parameters a use case declares: its own simple ones and those of its <c>[AsParameters]</c> records.</summary>
    internal static string[] Names(Endpoint endpoint)
    {
        if (endpoint.Metadata.GetMetadata<TakesQuery>() is { } named) return named.Names;
        if (endpoint.Metadata.GetMetadata<MethodInfo>() is not { } method) return [];
        var inPath = (endpoint as RouteEndpoint)?.RoutePattern.Parameters.Select(p => p.Name).ToHashSet(StringComparer.OrdinalIgnoreCase) ?? [];
        return [.. method.GetParameters()
            .SelectMany(p => p.GetCustomAttribute<AsParametersAttribute>() is null
                ? p.GetCustomAttribute<FromQueryAttribute>() is { } query ? [query.Name ?? p.Name!] : IsSimple(p.ParameterType) ? [p.Name!] : Array.Empty<string>()
                : p.ParameterType.GetProperties().Where(q => q.CanWrite).Select(q => q.GetCustomAttribute<FromQueryAttribute>()?.Name ?? CamelCase(q.Name)))
            .Where(n => !inPath.Contains(n))];
    }

    private static bool IsSimple(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(string) || type == typeof(string[]) || type == typeof(Guid) || type == typeof(bool) || type == typeof(int) || type == typeof(long);
    }

    private static string CamelCase(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}

using System.Collections.Immutable;

namespace Deskhand;

/// <summary>What kind of refusal a <see cref="Problem"/> is; the HTTP face maps each to one status.</summary>
public enum ProblemKind
{
    /// <summary>The input cannot be understood: syntax, an unknown member, a value of the wrong type (400).</summary>
    Malformed,

    /// <summary>The input is understood but breaks a rule (422).</summary>
    Invalid,

    /// <summary>No valid credentials (401).</summary>
    Unauthenticated,

    /// <summary>The caller lacks a permission (403).</summary>
    Forbidden,

    /// <summary>There is no such thing, or the caller may not see it: the two are not told apart (404).</summary>
    NotFound,

    /// <summary>The request does not fit the present state (409).</summary>
    Conflict,

    /// <summary>What was asked for was there once and is not kept any more (410).</summary>
    Gone,

    /// <summary>The <c>If-Match</c> version is not the present one (412).</summary>
    Stale,

    /// <summary>The body or upload is larger than allowed (413).</summary>
    TooLarge,

    /// <summary>Too many requests or attempts (429).</summary>
    TooMany,

    /// <summary>Something that is needed for it does not answer at the moment (503).</summary>
    Unavailable,
}

/// <summary>
/// A refusal as a value: why something was not done, in words for a person and a stable code for a program.
/// </summary>
/// <param name="Kind">The kind of refusal.</param>
/// <param name="Code">Stable, snake_case, part of the public contract.</param>
/// <param name="Message">One sentence for a person; never shows internals.</param>
public sealed record Problem(ProblemKind Kind, string Code, string Message)
{
    /// <summary>Messages by JSON member name; empty when the problem is not about single members.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<string>> Errors { get; init; } =
        ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty;

    /// <summary>What would have been accepted (for example the allowed transitions); empty when there is no such list.</summary>
    public ImmutableArray<string> Allowed { get; init; } = [];

    /// <summary>Where in a query the trouble is: characters from 0; null when the problem is not about a query.</summary>
    public int? Position { get; init; }

    /// <summary>What stands now in place of what was asked for, by member name; empty when that is not what the problem is about.</summary>
    public ImmutableSortedDictionary<string, string?> Present { get; init; } = ImmutableSortedDictionary<string, string?>.Empty;

    /// <summary>How long to wait before another try; only with <see cref="ProblemKind.TooMany"/> and <see cref="ProblemKind.Unavailable"/>.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>A rule broken by one member.</summary>
    public static Problem Invalid(string field, string message) => new(ProblemKind.Invalid, "invalid", message)
    {
        Errors = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty.Add(field, [message]),
    };

    /// <summary>A member or parameter that cannot be understood.</summary>
    public static Problem Malformed(string field, string message) => new(ProblemKind.Malformed, "malformed", message)
    {
        Errors = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty.Add(field, [message]),
    };

    /// <summary>Nothing there that the caller may see.</summary>
    /// <param name="what">The entity in words of the API, for example <c>ticket</c>.</param>
    public static Problem NotFound(string what) => new(ProblemKind.NotFound, "not_found", $"There is no such {what}.");

    /// <summary>A member of the body names something that does not exist here.</summary>
    public static Problem UnknownReference(string field, string what) =>
        new(ProblemKind.NotFound, what + "_not_found", $"There is no such {what}.")
        {
            Errors = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty.Add(field, [$"There is no such {what}."]),
        };

    /// <summary>The caller lacks a named permission.</summary>
    public static Problem Forbidden(string permission) =>
        new(ProblemKind.Forbidden, "forbidden", $"This needs the permission {permission}.");

    /// <summary>The present state does not allow it.</summary>
    public static Problem Conflict(string code, string message) => new(ProblemKind.Conflict, code, message);

    /// <summary>The caller acted on an older version.</summary>
    public static Problem Stale(long expected, long actual) =>
        new(ProblemKind.Stale, "stale_version", $"This was changed meanwhile: you hold version {expected}, the present one is {actual}.");
}

/// <summary>Either a value or the <see cref="Deskhand.Problem"/> that stood in its way.</summary>
/// <typeparam name="T">The value on success.</typeparam>
public readonly record struct Outcome<T>
{
    private readonly T? value;

    private Outcome(T? value, Problem? problem)
    {
        this.value = value;
        Problem = problem;
    }

    /// <summary>The refusal, or null on success.</summary>
    public Problem? Problem { get; }

    /// <summary>The value. Reading it from a refusal is a bug and throws.</summary>
    /// <exception cref="InvalidOperationException">The outcome is a refusal.</exception>
    public T Value => Problem is null ? value! : throw new InvalidOperationException($"No value: {Problem.Code}");

    // the record's own would read Value, which throws on a refusal
    public override string ToString() => Problem is null ? $"{value}" : Problem.ToString();

    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(Problem problem) => new(default, problem);
}

/// <summary>The value of an outcome that has none.</summary>
public readonly record struct Nothing;

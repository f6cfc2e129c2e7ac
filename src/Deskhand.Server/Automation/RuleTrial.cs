using System.Collections.Immutable;
using System.Text.Json;
using Deskhand.Data;
using Deskhand.Tickets;

namespace Deskhand.Automation;

/// <summary>One field that would change.</summary>
internal sealed record TrialChange(string Field, JsonElement? From, JsonElement? To);

/// <summary>What trying triggers and trying automations share: a rule is decided as it would be, and nothing is written.</summary>
internal static class RuleTrial
{
    public static readonly ImmutableDictionary<Question, object?> NoAnswers = ImmutableDictionary<Question, object?>.Empty;

    /// <summary>What a rule would do in a scene, with what it asks looked up.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="scene">The scene, made anew with what is known by then.</param>
    /// <param name="answers">What is known already.</param>
    /// <param name="session">Where answers are looked up; nobody is given a turn by it.</param>
    /// <param name="clock">The time.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What it would do, null when it does not apply or changes nothing; and what is known now.</returns>
    public static async Task<(RuleRun? Run, ImmutableDictionary<Question, object?> Answers)> Decide(
        Rule rule, Func<Known, RuleScene> scene, ImmutableDictionary<Question, object?> answers, TenantSession session, TimeProvider clock, CancellationToken cancellationToken)
    {
        while (true)
        {
            var seen = scene(Known.Nothing with { Answers = answers });
            var run = TicketDecision.Try(rule, seen);
            if (seen.Asks.Count == 0) return (run, answers);
            answers = await RuleAnswers.LookUp(session, [.. seen.Asks], answers, clock, cancellationToken, routes: false);
        }
    }

    public static IReadOnlyList<TrialChange> Changes(RuleRun run) => [.. run.Steps.SelectMany(s => s.History).Select(h => new TrialChange(h.Field, Element(h.From), Element(h.To)))];

    public static RuleFailure? Failure(RuleRun run) => run.Problem is { } problem ? new RuleFailure(problem.Code, problem.Message) : null;

    private static JsonElement? Element(string? json) => json is null ? null : JsonElement.Parse(json);
}

using System.Collections.Immutable;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Deskhand.Automation;
using Deskhand.Tickets;

namespace Deskhand.Bench;

/// <summary><c>bench rules</c>: what the triggers of a desk cost each change. Pure: no server, no database. The bar is 0.2 ms for 200 triggers.</summary>
internal sealed class RulesCommand
{
    private static readonly TimeSpan Bar = TimeSpan.FromMilliseconds(0.2);
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private readonly Option<int> rules = new("--rules") { DefaultValueFactory = _ => 200 };
    private readonly Option<int> rounds = new("--rounds") { DefaultValueFactory = _ => 20_000 };

    public RulesCommand()
    {
        Command = new Command("rules", "Measures what triggers cost a change.") { rules, rounds };
        Command.SetAction(options => Run(options.GetValue(rules), options.GetValue(rounds)));
    }

    public Command Command { get; }

    private static int Run(int count, int rounds)
    {
        var bare = new Rulebook(ReadyWorkflows.Support, [new("general_inquiry", "General", []), new("technical_support", "Support", [])], [new("region", "Region", CustomFieldType.Text, [])], ReferenceScheme.Yearly, "Africa/Johannesburg");
        var full = bare with { Rules = RuleSet.None with { Triggers = [.. Enumerable.Range(0, count).Select(n => Rule.Compile(Guid.NewGuid(), RuleKind.Trigger, Fields(n), 1, bare).Value)] } };
        var ticket = TicketDecision.Decide(null, Create(0), bare, Circumstances()).Value.After;
        var worst = TimeSpan.Zero;
        foreach (var (what, before, change) in new (string, Ticket?, Func<int, TicketChange>)[]
        {
            ("create, 1 kB of words", null, Create),
            ("change of status", ticket, _ => new TicketChange.ChangeStatus("in_progress", null)),
            ("comment, 1 kB of words", ticket, n => new TicketChange.AddComment(new(Guid.NewGuid(), Words(n), BodyFormat.Markdown, Visibility.Public, []))),
        })
        {
            // in turns, and the median of the processor's time: so neither what else runs nor the compiler decides
            var differences = new List<TimeSpan>();
            for (var turn = 0; turn < 9; turn++)
            {
                var (without, _) = Time(before, change, bare, rounds / 9);
                var (with, runs) = Time(before, change, full, rounds / 9);
                differences.Add(with - without);
                if (turn == 8) Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{what}: {differences.Order().ElementAt(4).TotalMicroseconds:F1} µs for {count} triggers, of which {runs} apply; {without.TotalMicroseconds:F1} µs without"));
            }

            worst = differences.Order().ElementAt(4) is var median && median > worst ? median : worst;
        }

        return worst < Bar ? 0 : 1;
    }

    private static (TimeSpan Each, int Runs) Time(Ticket? before, Func<int, TicketChange> change, Rulebook rulebook, int rounds)
    {
        var runs = 0;
        using var self = Process.GetCurrentProcess();
        var begun = self.TotalProcessorTime;
        for (var i = 0; i < rounds; i++)
        {
            var decided = TicketDecision.Decide(before, change(i), rulebook, Circumstances()).Value;
            if (!decided.Asks.IsEmpty) throw new InvalidOperationException("The triggers of this measurement ask for nothing.");
            runs = decided.Rules.Length;
        }

        self.Refresh();
        return ((self.TotalProcessorTime - begun) / rounds, runs);
    }

    private static Circumstances Circumstances() => new(Actor.System(Via.Api), Noon, Known.Nothing);

    private static TicketChange.Create Create(int n) => new(Guid.NewGuid(), new() { Subject = $"Line {n} is down in Sandton", Description = Words(n), Tags = ["fibre", "vip"] });

    private static string Words(int n) => string.Create(CultureInfo.InvariantCulture, $"{n} ") + string.Concat(Enumerable.Repeat("The router shows a red light since eight o'clock, y la señal no vuelve. ", 14));

    /// <summary>Three conditions each, of every kind; one in fifty applies.</summary>
    private static RuleFields Fields(int n)
    {
        ImmutableArray<RuleCondition> all = (n % 5) switch
        {
            0 => [Is("event", RuleOperator.In, "created", "commented_public", "status_changed"), Is("tags", RuleOperator.Contains, n % 50 == 0 ? "vip" : $"tag{n}"), Is("statusCategory", RuleOperator.IsNot, "closed")],
            1 => [Is("statusCategory", RuleOperator.IsNot, "closed"), Is("priority", RuleOperator.AtMost, "high"), Is("said", RuleOperator.Contains, $"word{n}", $"outage {n}")],
            2 => [Is("status", RuleOperator.ChangedTo, "in_progress"), Is("channel", RuleOperator.Is, "phone"), Is("assigneeId", RuleOperator.IsNot, Guid.NewGuid().ToString())],
            3 => [Is("customFields.region", RuleOperator.Contains, $"region {n}"), Is("category", RuleOperator.Is, "technical_support"), Is("weekday", RuleOperator.Is, "sunday")],
            _ => [Is("event", RuleOperator.Is, "created"), Is("subject", RuleOperator.Contains, $"no signal {n}"), Is("actor.kind", RuleOperator.Is, "contact")],
        };
        return new() { Name = $"Rule {n}", Conditions = new() { All = all }, Actions = [new(RuleActionType.AddTags, JsonSerializer.SerializeToElement(new[] { $"r{n}" }))] };
    }

    private static RuleCondition Is(string field, RuleOperator op, params string[] values) =>
        new(field, op, values.Length == 1 ? JsonSerializer.SerializeToElement(values[0]) : JsonSerializer.SerializeToElement(values));
}

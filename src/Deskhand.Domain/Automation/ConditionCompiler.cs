using System.Collections.Immutable;
using System.Text.Json;
using Deskhand.Tickets;

namespace Deskhand.Automation;

/// <summary>Makes tests of written conditions, and notes every member that means nothing.</summary>
internal sealed class ConditionCompiler(RuleKind kind, Rulebook rulebook, FieldErrors errors)
{
    /// <summary>How many conditions a list may have.</summary>
    private const int Most = 50;

    private static readonly ImmutableArray<RuleOperator> Bare = [RuleOperator.Present, RuleOperator.Absent, RuleOperator.Changed];
    private static readonly ImmutableArray<RuleOperator> Equal = [RuleOperator.Is, RuleOperator.IsNot, RuleOperator.In, RuleOperator.NotIn];
    private static readonly ImmutableArray<RuleOperator> Order = [RuleOperator.Less, RuleOperator.AtMost, RuleOperator.AtLeast, RuleOperator.Greater];
    private static readonly ImmutableArray<RuleOperator> Change = [RuleOperator.Changed, RuleOperator.ChangedTo, RuleOperator.ChangedFrom];

    /// <summary>What the conditions wait for; only those that must hold.</summary>
    public List<Waiting> Waits { get; } = [];

    /// <summary>What the calendars say that conditions look at.</summary>
    public List<Func<DateTimeOffset, string>> Calendars { get; } = [];

    /// <summary>Whether a condition looks at what was promised about the ticket.</summary>
    public bool LooksAtPromises { get; private set; }

    public ImmutableArray<RuleTest> Compile(ImmutableArray<RuleCondition> conditions, string at)
    {
        if (conditions.IsDefaultOrEmpty) return [];
        errors.Unless(conditions.Length <= Most, at, $"There may be at most {Most} conditions.");
        var tests = ImmutableArray.CreateBuilder<RuleTest>(conditions.Length);
        for (var i = 0; i < Math.Min(conditions.Length, Most); i++)
            if (Compile(conditions[i], $"{at}.{i}", isOneOfAll: at.EndsWith("all", StringComparison.Ordinal)) is { } test) tests.Add(test);
        return tests.ToImmutable();
    }

    private RuleTest? Compile(RuleCondition? condition, string at, bool isOneOfAll)
    {
        if (condition?.Field is not { } name)
        {
            errors.Add(at, "This is a condition: field, operator and value.");
            return null;
        }

        if (RuleFieldTable.Find(name, rulebook) is not { } field)
        {
            errors.Add($"{at}.field", $"There is no such field; there are: {RuleFieldTable.Names}.");
            return null;
        }

        if (field.Kind == RuleFieldKind.Hours && (kind == RuleKind.Trigger || !isOneOfAll))
        {
            errors.Add($"{at}.field", "Passing time is for automations, and there among all.");
            return null;
        }

        if (kind == RuleKind.Automation && !field.MayChange && field.OfTime is null && field.Kind != RuleFieldKind.Hours && name is not "customer.tier")
        {
            errors.Add($"{at}.field", "When time passes nobody changes anything: an automation looks at the ticket alone.");
            return null;
        }

        LooksAtPromises |= field.IsOfPromise;
        if (field.OfTime is { } calendar) Calendars.Add(calendar);
        var allowed = Allowed(field);
        if (kind == RuleKind.Automation) allowed = allowed.RemoveRange(Change);
        if (!allowed.Contains(condition.Operator))
        {
            errors.Add($"{at}.operator", $"{name} can be compared by: {string.Join(", ", allowed.Select(Wire.Name))}.");
            return null;
        }

        if (Bare.Contains(condition.Operator))
        {
            errors.Unless(condition.Value is null, $"{at}.value", "This operator has no value.");
            return Existence(field, condition.Operator);
        }

        if (condition.Value is not { } value)
        {
            errors.Add($"{at}.value", "This is required.");
            return null;
        }

        return field.Kind switch
        {
            RuleFieldKind.Word or RuleFieldKind.Id => Words(field, condition.Operator, value, $"{at}.value"),
            RuleFieldKind.Number => Numbers(field, condition.Operator, value, $"{at}.value"),
            RuleFieldKind.Tags => Tags(condition.Operator, value, $"{at}.value"),
            RuleFieldKind.Text => Texts(field, condition.Operator, value, $"{at}.value"),
            RuleFieldKind.Hours => Hours(field, condition.Operator, value, $"{at}.value"),
        };
    }

    private static ImmutableArray<RuleOperator> Allowed(RuleField field)
    {
        ImmutableArray<RuleOperator> existence = [RuleOperator.Present, RuleOperator.Absent];
        var allowed = field.Kind switch
        {
            RuleFieldKind.Word => field.Has is null ? [.. Equal, .. existence] : [RuleOperator.Is, RuleOperator.In],
            RuleFieldKind.Id => [.. Equal, .. existence],
            RuleFieldKind.Number => [.. Equal, .. Order, .. existence],
            RuleFieldKind.Tags => [RuleOperator.Contains, RuleOperator.NotContains, RuleOperator.ContainsAll, .. existence, RuleOperator.Changed],
            RuleFieldKind.Text => [RuleOperator.Contains, RuleOperator.NotContains, .. existence, .. field.MayChange ? [RuleOperator.Changed] : ImmutableArray<RuleOperator>.Empty],
            RuleFieldKind.Hours => Order,
        };
        return field.MayChange && field.Kind is RuleFieldKind.Word or RuleFieldKind.Id or RuleFieldKind.Number && (field.OfTicket ?? (object?)field.NumberOfTicket) is not null ? allowed.AddRange(Change) : allowed;
    }

    private static RuleTest Existence(RuleField field, RuleOperator op)
    {
        if (op == RuleOperator.Changed)
        {
            if (field.Kind == RuleFieldKind.Tags) return s => !s.After.Fields.Tags.SequenceEqual(s.Before?.Fields.Tags ?? [], StringComparer.Ordinal);
            if (field.NumberOfTicket is { } number) return s => number(s.After) != (s.Before is null ? null : number(s.Before));
            var text = field.OfTicket!;
            return s => !string.Equals(text(s.After), s.Before is null ? null : text(s.Before), StringComparison.Ordinal);
        }

        var present = op == RuleOperator.Present;
        if (field.Kind == RuleFieldKind.Tags) return s => s.After.Fields.Tags.IsEmpty != present;
        if (field.Kind == RuleFieldKind.Number) return NumberOf(field) is var number1 ? s => number1(s) is not null == present : throw new InvalidOperationException();
        var value = TextOf(field);
        return s => string.IsNullOrEmpty(value(s)) != present;
    }

    private RuleTest? Words(RuleField field, RuleOperator op, JsonElement value, string at)
    {
        if (Strings(value, op is RuleOperator.In or RuleOperator.NotIn, at) is not { } words) return null;
        var own = false;
        foreach (var word in words)
        {
            if (field.Kind == RuleFieldKind.Id && word is "current_user") own = true;
            else if (field.Kind == RuleFieldKind.Id && !Guid.TryParseExact(word, "D", out _)) errors.Add(at, "This is an id, or current_user.");
            else if (field.Choices is { } choices && !choices.Contains(word, StringComparer.Ordinal)) errors.Add(at, $"There is no such value; there are: {string.Join(", ", choices)}.");
        }

        if (field.Has is { } has) return words.Length == 1 && words[0] is var one ? s => has(s, one) : s => words.Any(w => has(s, w));
        var set = words.ToImmutableHashSet(field.Kind == RuleFieldKind.Id ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        var single = words.Length == 1 && !own ? words[0] : null;
        var current = TextOf(field);
        return op switch
        {
            RuleOperator.Is or RuleOperator.In => s => Among(s, current(s)),
            RuleOperator.IsNot or RuleOperator.NotIn => s => !Among(s, current(s)),
            RuleOperator.ChangedTo => s => Among(s, current(s)) && !Among(s, s.Before is null ? null : field.OfTicket!(s.Before)),
            RuleOperator.ChangedFrom => s => s.Before is not null && Among(s, field.OfTicket!(s.Before)) && !Among(s, current(s)),
            RuleOperator.Contains or RuleOperator.NotContains or RuleOperator.ContainsAll or RuleOperator.Less or RuleOperator.AtMost or RuleOperator.AtLeast or RuleOperator.Greater
                or RuleOperator.Present or RuleOperator.Absent or RuleOperator.Changed => null,
        };

        bool Among(RuleScene scene, string? actual) => actual is not null
            && (single is not null ? string.Equals(single, actual, StringComparison.Ordinal) : set.Contains(actual) || (own && string.Equals(actual, scene.By.Id?.ToString(), StringComparison.Ordinal)));
    }

    private RuleTest? Numbers(RuleField field, RuleOperator op, JsonElement value, string at)
    {
        var several = op is RuleOperator.In or RuleOperator.NotIn;
        if (several && value.ValueKind != JsonValueKind.Array)
        {
            errors.Add(at, "This is a list.");
            return null;
        }

        var numbers = ImmutableArray.CreateBuilder<decimal>();
        foreach (var item in several ? value.EnumerateArray().ToArray() : [value])
        {
            if (field.Rank is { } rank && item.ValueKind == JsonValueKind.String && rank(item.GetString()!) is { } ranked) numbers.Add(ranked);
            else if (field.Rank is null && item.ValueKind == JsonValueKind.Number && item.TryGetDecimal(out var number)) numbers.Add(number);
            else
            {
                errors.Add(at, field.Choices is { } choices ? $"There is no such value; there are: {string.Join(", ", choices)}." : "This is a number.");
                return null;
            }
        }

        var among = numbers.ToImmutable();
        var one = among.IsEmpty ? 0 : among[0];
        var of = NumberOf(field);
        return op switch
        {
            RuleOperator.Is => s => of(s) == one,
            RuleOperator.IsNot => s => of(s) != one,
            RuleOperator.In => s => of(s) is { } n && among.Contains(n),
            RuleOperator.NotIn => s => of(s) is not { } n || !among.Contains(n),
            RuleOperator.Less => s => of(s) < one,
            RuleOperator.AtMost => s => of(s) <= one,
            RuleOperator.AtLeast => s => of(s) >= one,
            RuleOperator.Greater => s => of(s) > one,
            RuleOperator.ChangedTo => s => of(s) == one && (s.Before is null || field.NumberOfTicket!(s.Before) != one),
            RuleOperator.ChangedFrom => s => s.Before is not null && field.NumberOfTicket!(s.Before) == one && of(s) != one,
            RuleOperator.Contains or RuleOperator.NotContains or RuleOperator.ContainsAll or RuleOperator.Present or RuleOperator.Absent or RuleOperator.Changed => null,
        };
    }

    private RuleTest? Tags(RuleOperator op, JsonElement value, string at)
    {
        if (Strings(value, null, at) is not { } words) return null;
        ImmutableArray<string> tags = [.. words.Select(w => w.Trim().ToLowerInvariant())];
        return op switch
        {
            RuleOperator.ContainsAll => s => tags.All(t => s.After.Fields.Tags.Contains(t, StringComparer.Ordinal)),
            RuleOperator.NotContains => s => !tags.Any(t => s.After.Fields.Tags.Contains(t, StringComparer.Ordinal)),
            _ => s => tags.Any(t => s.After.Fields.Tags.Contains(t, StringComparer.Ordinal)),
        };
    }

    private RuleTest? Texts(RuleField field, RuleOperator op, JsonElement value, string at)
    {
        if (Strings(value, null, at) is not { } words) return null;
        ImmutableArray<string> phrases = [.. words.Select(TextWords.Of)];
        errors.Unless(phrases.All(p => p.Length > 1), at, "A word needs letters or digits.");
        var text = TextOf(field);
        var wanted = op == RuleOperator.Contains;
        return s => (text(s) is { Length: > 0 } said && Has(s.Words(said))) == wanted;

        bool Has(string said)
        {
            foreach (var phrase in phrases)
                if (said.Contains(phrase, StringComparison.Ordinal)) return true;
            return false;
        }
    }

    private RuleTest? Hours(RuleField field, RuleOperator op, JsonElement value, string at)
    {
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDecimal(out var hours) || hours is < 0 or > 87_600)
        {
            errors.Add(at, "This is a number of hours, from 0 to 87600.");
            return null;
        }

        // whether the condition becomes true, rather than false, when time passes
        var begins = field.Ahead ? op is RuleOperator.Less or RuleOperator.AtMost : op is RuleOperator.AtLeast or RuleOperator.Greater;
        Waits.Add(new(field.Name, hours, begins));
        var (instant, span, ahead) = (field.Instant!, TimeSpan.FromHours((double)hours), field.Ahead);
        return s => instant(s.After) is { } at && (ahead ? at - s.Now : s.Now - at) is var passed && op switch
        {
            RuleOperator.Less => passed < span,
            RuleOperator.AtMost => passed <= span,
            RuleOperator.AtLeast => passed >= span,
            _ => passed > span,
        };
    }

    /// <summary>The strings of a value: one, a list, or either when <paramref name="several"/> does not say.</summary>
    private ImmutableArray<string>? Strings(JsonElement value, bool? several, string at)
    {
        var list = value.ValueKind == JsonValueKind.Array;
        if (value.ValueKind is JsonValueKind.String or JsonValueKind.True or JsonValueKind.False && several != true) return [value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText()];
        if (list && several != false && value.GetArrayLength() is > 0 and <= 200 && value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String)) return [.. value.EnumerateArray().Select(v => v.GetString()!)];
        errors.Add(at, several switch { true => "This is a list of 1 to 200 strings.", false => "This is a string.", null => "This is a string or a list of 1 to 200 strings." });
        return null;
    }

    private static Func<RuleScene, string?> TextOf(RuleField field) => field.OfScene ?? (field.OfTicket is { } of ? s => of(s.After) : field.OfTime is { } at ? s => at(s.Now) : _ => null);

    private static Func<RuleScene, decimal?> NumberOf(RuleField field) => field.NumberOfScene ?? (field.NumberOfTicket is { } of ? s => of(s.After) : _ => null);
}

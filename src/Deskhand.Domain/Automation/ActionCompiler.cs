using System.Collections.Immutable;
using System.Text.Json;
using Deskhand.Notifications;
using Deskhand.Tickets;

namespace Deskhand.Automation;

/// <summary>Makes steps of written actions, and notes every member that means nothing. Actions on fields become one edit, which comes first.</summary>
internal sealed class ActionCompiler(Rulebook rulebook, FieldErrors errors)
{
    private const int Most = 20;
    private readonly List<Func<TicketFields, TicketFields>> edits = [];
    private readonly List<RuleStep> steps = [];
    private readonly HashSet<Guid> called = [];

    /// <summary>Whom the actions tell something.</summary>
    public List<RuleNotice> Notices { get; } = [];

    public ImmutableArray<RuleStep> Compile(ImmutableArray<RuleAction> actions, string at)
    {
        errors.Unless(!actions.IsDefaultOrEmpty && actions.Length <= Most, at, $"There are 1 to {Most} actions.");
        if (actions.IsDefaultOrEmpty) return [];
        for (var i = 0; i < Math.Min(actions.Length, Most); i++)
        {
            if (actions[i] is { } action) Compile(action, $"{at}.{i}");
            else errors.Add($"{at}.{i}", "This is an action: type and value.");
        }

        if (edits.Count > 0) steps.Insert(0, (s, _) => new TicketChange.Edit(edits.Aggregate(s.After.Fields, (fields, edit) => edit(fields))));
        return [.. steps];
    }

    private void Compile(RuleAction action, string at)
    {
        errors.Unless(action.Key is null || action.Type == RuleActionType.SetCustomField, $"{at}.key", "Only set_custom_field has a key.");
        errors.Unless(action.Reason is null || action.Type is RuleActionType.Escalate or RuleActionType.Deescalate or RuleActionType.SetStatus, $"{at}.reason", "This action has no reason.");
        errors.Unless(action.To is null || action.Type == RuleActionType.Notify, $"{at}.to", "Only notify has a recipient.");
        errors.Text($"{at}.reason", action.Reason, TicketRules.ReasonLength);
        var value = $"{at}.value";
        switch (action.Type)
        {
            case RuleActionType.SetPriority:
                if (Word<Priority>(action, value) is { } priority) edits.Add(f => f with { Priority = priority });
                break;
            case RuleActionType.SetType:
                if (Word<TicketType>(action, value) is { } type) edits.Add(f => f with { Type = type });
                break;
            case RuleActionType.SetCategory:
                if (OneOf(action, value, [.. rulebook.Categories.Where(k => k.Active).Select(k => k.Key)]) is { } category)
                    edits.Add(f => string.Equals(f.Category, category, StringComparison.Ordinal) ? f : f with { Category = category, Subcategory = null });
                break;
            case RuleActionType.SetSubcategory:
                if (OneOf(action, value, [.. rulebook.Categories.SelectMany(k => k.Subcategories).Distinct(StringComparer.Ordinal)]) is { } sub) edits.Add(f => f with { Subcategory = sub });
                break;
            case RuleActionType.SetCustomField:
                Custom(action, at);
                break;
            case RuleActionType.AddTags:
                if (Tags(action, value) is { } added) edits.Add(f => f with { Tags = [.. f.Tags.Union(added, StringComparer.Ordinal)] });
                break;
            case RuleActionType.RemoveTags:
                if (Tags(action, value) is { } removed) edits.Add(f => f with { Tags = [.. f.Tags.Except(removed, StringComparer.Ordinal)] });
                break;
            case RuleActionType.SetStatus:
                if (OneOf(action, value, [.. rulebook.Workflow.Statuses.Select(s => s.Key)]) is { } status) steps.Add((_, name) => new TicketChange.ChangeStatus(status, action.Reason ?? name));
                break;
            case RuleActionType.AssignAgent:
                Assign(action, value, (s, id) => new TicketChange.Assign(id, s.After.Fields.GroupId, null), mayBeCurrent: true);
                break;
            case RuleActionType.AssignGroup:
                // who is no member of the new group lets go of the ticket, so that the group can take it
                Assign(action, value, (s, id) => s.After.Fields.GroupId == id ? null : new TicketChange.Assign(null, id, null), mayBeCurrent: false);
                break;
            case RuleActionType.Route:
                Route(action, value);
                break;
            case RuleActionType.Escalate:
                if (action.Value is { ValueKind: JsonValueKind.Number } level && level.TryGetInt32(out var to) && to is >= 1 and <= 3)
                    steps.Add((s, name) => s.After.EscalationLevel >= to ? null : new TicketChange.Escalate(to, action.Reason ?? name, false, null, null));
                else errors.Add(value, "The level is 1, 2 or 3.");
                break;
            case RuleActionType.Deescalate:
                errors.Unless(action.Value is null, value, "This action has no value.");
                steps.Add((_, name) => new TicketChange.Deescalate(action.Reason ?? name));
                break;
            case RuleActionType.AddNote:
                Comment(action, value, Visibility.Internal);
                break;
            case RuleActionType.Reply:
                Comment(action, value, Visibility.Public);
                break;
            case RuleActionType.Notify:
                Notify(action, at);
                break;
            case RuleActionType.Webhook:
                Call(action, value);
                break;
        }
    }

    private void Custom(RuleAction action, string at)
    {
        if (rulebook.CustomFields.FirstOrDefault(f => f.Active && string.Equals(f.Key, action.Key, StringComparison.Ordinal)) is not { } definition)
        {
            errors.Add($"{at}.key", $"There is no such custom field; there are: {string.Join(", ", rulebook.CustomFields.Where(f => f.Active).Select(f => f.Key))}.");
            return;
        }

        var single = new FieldErrors();
        CustomValues values;
        try
        {
            values = CustomValues.From(action.Value is { } value ? [KeyValuePair.Create(definition.Key, value)] : []);
        }
        catch (JsonException)
        {
            errors.Add($"{at}.value", "This is not valid Unicode text.");
            return;
        }

        CustomFieldDefinition.Check(values, null, [definition with { Required = false }], single);
        if (single.ToProblem() is { } wrong)
        {
            foreach (var message in wrong.Errors.Values.SelectMany(m => m)) errors.Add($"{at}.value", message);
            return;
        }

        edits.Add(f => f with { CustomFields = CustomValues.From([.. f.CustomFields.Each.Where(p => !string.Equals(p.Key, definition.Key, StringComparison.Ordinal)), .. values.Each]) });
    }

    private void Assign(RuleAction action, string at, Func<RuleScene, Guid?, TicketChange?> change, bool mayBeCurrent)
    {
        if (action.Value is null)
        {
            steps.Add((s, _) => change(s, null));
            return;
        }

        if (action.Value is { ValueKind: JsonValueKind.String } text)
        {
            if (mayBeCurrent && text.GetString() is "current_user")
            {
                steps.Add((s, _) => s.By.Kind == ActorKind.Agent ? change(s, s.By.Id) : null);
                return;
            }

            if (Guid.TryParseExact(text.GetString(), "D", out var id))
            {
                steps.Add((s, _) => change(s, id));
                return;
            }
        }

        errors.Add(at, mayBeCurrent ? "This is the id of an agent, current_user, or null." : "This is the id of a group, or null.");
    }

    private void Route(RuleAction action, string at)
    {
        ImmutableArray<string> modes = [.. Wire.All<RoutingMode>().Where(m => m is not "none")];
        if (OneOf(action, at, modes) is not { } word) return;
        var mode = Wire.Find<RoutingMode>(word)!.Value;
        steps.Add((s, _) => Routing.Assign(s, mode));
    }

    private void Notify(RuleAction action, string at)
    {
        ImmutableArray<string> known = [.. Wire.All<NoticeTo>().Where(t => t is not "user")];
        Guid? user = Guid.TryParseExact(action.To, "D", out var id) ? id : null;
        var to = user is not null ? NoticeTo.User : action.To is { } word && known.Contains(word, StringComparer.Ordinal) ? Wire.Find<NoticeTo>(word) : null;
        if (to is null) errors.Add($"{at}.to", $"This is the id of an agent or one of: {string.Join(", ", known)}.");
        if (Words(action, $"{at}.value") is not { } text || to is not { } whom) return;
        Notices.Add(s => Placeholders.Fill(s, text, BodyFormat.Plain, null, out var filled) ? new Notice(NoticeKind.Message, whom) { UserId = user, Text = filled } : null);
    }

    private void Call(RuleAction action, string at)
    {
        if (action.Value is not { ValueKind: JsonValueKind.String } text || !Guid.TryParseExact(text.GetString(), "D", out var id))
        {
            errors.Add(at, "This is the id of a webhook.");
            return;
        }

        errors.Unless(called.Add(id), at, "An action before this one calls the same webhook.");
        steps.Add((_, _) => new TicketChange.CallWebhook(id));
    }

    /// <summary>A text with placeholders.</summary>
    private string? Words(RuleAction action, string at)
    {
        if (action.Value is not { ValueKind: JsonValueKind.String } value || value.GetString() is not { } text || TicketRules.CheckBody(text, required: true) is not null)
        {
            errors.Add(at, $"This is a text of at most {TicketRules.BodyLength} characters.");
            return null;
        }

        if (Placeholders.Refuse(text) is not { } unknown) return text;
        errors.Add(at, unknown);
        return null;
    }

    private void Comment(RuleAction action, string at, Visibility visibility)
    {
        if (Words(action, at) is not { } text) return;
        steps.Add((s, _) =>
        {
            var named = Placeholders.Fill(s, text, BodyFormat.Markdown, null, out var body);
            var drawn = s.NewId(out var id);
            return named && drawn ? new TicketChange.AddComment(new NewComment(id, body, BodyFormat.Markdown, visibility, [])) : null;
        });
    }

    private T? Word<T>(RuleAction action, string at) where T : struct, Enum
    {
        var value = action.Value is { ValueKind: JsonValueKind.String } text ? Wire.Find<T>(text.GetString()!) : null;
        if (value is null) errors.Add(at, $"There is no such value; there are: {string.Join(", ", Wire.All<T>())}.");
        return value;
    }

    private string? OneOf(RuleAction action, string at, ImmutableArray<string> choices)
    {
        if (action.Value is { ValueKind: JsonValueKind.String } text && choices.Contains(text.GetString()!, StringComparer.Ordinal)) return text.GetString();
        errors.Add(at, $"There is no such value; there are: {string.Join(", ", choices)}.");
        return null;
    }

    private ImmutableArray<string>? Tags(RuleAction action, string at)
    {
        if (action.Value is not { ValueKind: JsonValueKind.Array } list || list.GetArrayLength() is < 1 or > TicketRules.TagCount || !list.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String))
        {
            errors.Add(at, $"This is a list of 1 to {TicketRules.TagCount} tags.");
            return null;
        }

        ImmutableArray<string> tags = [.. list.EnumerateArray().Select(v => v.GetString()!.Trim().ToLowerInvariant())];
        foreach (var tag in tags)
            if (TicketRules.CheckTag(tag, at) is { } wrong) errors.Add(at, wrong.Errors[at][0]);
        return tags;
    }
}

using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Tickets;

namespace Deskhand.Automation;

/// <summary>A trigger or automation as the API shows it.</summary>
internal sealed record RuleResponse(
    Guid Id, string Name, string? Description, bool Active, RuleConditions Conditions, ImmutableArray<RuleAction> Actions, bool OncePerTicket, int Position, long Version, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : IVersioned
{
    /// <summary>Of a rule that came with the desk: its name in the code, for example <c>platinum_customer</c>.</summary>
    public string? BuiltIn { get; init; }

    /// <summary>Why it does nothing at present: it names what is no longer there. Absent when it is ready.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Broken { get; init; }

    public static RuleResponse From(RuleRow row) => From(row, null);

    public static RuleResponse From(RuleRow row, Rulebook? rulebook) => new(
        row.Id, row.Fields.Name, row.Fields.Description, row.Fields.Active, row.Fields.Conditions, row.Fields.Actions, row.Fields.OncePerTicket, row.Position, row.Version, row.CreatedAt, row.UpdatedAt)
    {
        BuiltIn = row.Key,
        Broken = rulebook is not null && (Rule.Compile(row.Id, row.Kind, row.Fields, row.Version, rulebook).Problem ?? Rule.Missing(row.Fields, rulebook)) is { } problem
            ? string.Join(' ', problem.Errors.Select(e => $"{e.Key}: {e.Value[0]}")) : null,
    };
}

/// <summary>What the routes of triggers and automations share.</summary>
internal static class RuleRoutes
{
    public static async Task<Answer<Page<RuleResponse>>> List(
        RuleKind kind, PageQuery query, Caller caller, TenantSession session, Rulebooks rulebooks, CancellationToken cancellationToken)
    {
        var rulebook = await rulebooks.Of(session, cancellationToken);
        var all = await RuleRow.All(session, kind, cancellationToken);
        return Answer.Ok(Definitions.Page(all, r => r.Id.ToString(), query, caller).Select(r => RuleResponse.From(r, rulebook)));
    }

    public static async Task<Answer<RuleResponse>> Get(RuleKind kind, string id, TenantSession session, Rulebooks rulebooks, CancellationToken cancellationToken) =>
        Answer.Ok<RuleResponse>(await RuleRow.Find(session, kind, id, locked: false, cancellationToken) is { } row
            ? RuleResponse.From(row, await rulebooks.Of(session, cancellationToken)) : Problem.NotFound(Wire.Name(kind)));

    public static async Task<Created<RuleResponse>> Create(RuleKind kind, RuleFields body, Caller caller, RuleDesk desk, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var made = await desk.Create(kind, caller, body, origin, cancellationToken);
        return Answer.Created<RuleResponse>(made.Problem is { } problem ? problem : RuleResponse.From(made.Value), r => $"/api/v1/{Wire.Name(kind)}s/{r.Id}");
    }

    public static Task<Answer<RuleResponse>> Change(
        RuleKind kind, string id, HttpRequest request, Caller caller, RuleDesk desk, Func<RuleFields, Outcome<RuleFields>> edit, RequestOrigin origin, CancellationToken cancellationToken) =>
        Answer.Ok(request, version => desk.Change(kind, caller, id, version, edit, origin, cancellationToken), RuleResponse.From);

    public static Task<NoContent> Delete(RuleKind kind, string id, HttpRequest request, Caller caller, RuleDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        Answer.Done(request, version => desk.Delete(kind, caller, id, version, origin, cancellationToken));

    public static async Task<NoContent> Arrange(RuleKind kind, RuleOrder body, Caller caller, RuleDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        Answer.Done(body.Ids.IsDefault || body.Ids.Length > RuleDesk.Most
            ? Problem.Malformed("ids", $"This is a list of at most {RuleDesk.Most} ids.")
            : await desk.Arrange(kind, caller, body.Ids, origin, cancellationToken));
}

/// <summary>The body of POST /triggers/reorder and /automations/reorder.</summary>
internal sealed record RuleOrder
{
    /// <summary>The first ones, in order; those not named follow as they were.</summary>
    public required ImmutableArray<Guid> Ids { get; init; }
}

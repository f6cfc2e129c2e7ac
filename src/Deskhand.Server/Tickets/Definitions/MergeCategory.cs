using System.Collections.Immutable;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Jobs;

namespace Deskhand.Tickets;

/// <summary>Where the tickets of a category shall go.</summary>
internal sealed record CategoryMerge
{
    /// <summary>The key of the category that takes them.</summary>
    public required string Into { get; init; }

    /// <summary>What becomes of a subcategory that the other has not; null = none.</summary>
    public ImmutableSortedDictionary<string, string?> Subcategories { get; init; } = ImmutableSortedDictionary<string, string?>.Empty;
}

/// <summary>What becomes of the tickets of one subcategory.</summary>
/// <param name="Subcategory">As they carry it; null = none.</param>
/// <param name="Tickets">How many.</param>
/// <param name="Becomes">What they will carry.</param>
/// <param name="Ambiguous">Nothing says what they will carry.</param>
internal sealed record SubcategoryMove(string? Subcategory, long Tickets, string? Becomes, bool Ambiguous);

/// <summary>What giving a category's tickets to another would do.</summary>
internal sealed record CategoryMergePreview(long Tickets, IReadOnlyList<SubcategoryMove> Moves, bool Ambiguous);

/// <summary>POST /categories/{id}/merge/preview: what the merge would do. Nothing is changed.</summary>
internal static class PreviewCategoryMerge
{
    public static async Task<Answer<CategoryMergePreview>> Handle(string id, CategoryMerge body, TenantSession session, Rulebooks rulebooks, CancellationToken cancellationToken)
    {
        var plan = await MergeCategory.Plan(id, body, session, rulebooks, cancellationToken);
        return Answer.Ok<CategoryMergePreview>(plan.Problem is { } problem ? problem : plan.Value.Preview);
    }
}

/// <summary>POST /categories/{id}/merge: its tickets go to another, as a job; it takes no new ones from now on and can then be deleted.</summary>
internal static class MergeCategory
{
    public static async Task<Accepted<JobResponse>> Handle(
        string id, CategoryMerge body, Caller caller, TenantSession session, Rulebooks rulebooks, DefinitionDesk desk, JobDesk jobs, RequestOrigin origin, CancellationToken cancellationToken) =>
        Answer.Accepted(await session.Transact<JobResponse>(async () =>
        {
            await DefinitionDesk.LockTenant(session, cancellationToken);
            var plan = await Plan(id, body, session, rulebooks, cancellationToken);
            if (plan.Problem is { } problem) return problem;
            var open = plan.Value.Preview.Moves.Where(m => m.Ambiguous).ToList();
            if (open.Count > 0)
                return Problem.Conflict("ambiguous", $"Say in \"subcategories\" what becomes of: {string.Join(", ", open.Select(m => $"{m.Subcategory} ({m.Tickets})"))}.")
                    with
                { Errors = Problem.Invalid("subcategories", $"Missing: {string.Join(", ", open.Select(m => m.Subcategory))}.").Errors, Allowed = plan.Value.Change.To.Subcategories };
            var closed = await desk.Change(CategoryKind.One, caller.Actor, id, null, fields => fields with { Active = false }, origin, cancellationToken);
            return closed.Problem is { } refused ? refused : await jobs.Start(RedefineTickets.Name, new Redefining { Category = plan.Value.Change }, caller, cancellationToken);
        }, cancellationToken));

    public static async Task<Outcome<(Redefinition.Category Change, CategoryMergePreview Preview)>> Plan(
        string id, CategoryMerge body, TenantSession session, Rulebooks rulebooks, CancellationToken cancellationToken)
    {
        if (await Definitions.Find(CategoryKind.One, id, session, cancellationToken) is not { } row) return Problem.NotFound("category");
        var categories = (await rulebooks.Of(session, cancellationToken)).Categories;
        if (categories.FirstOrDefault(c => c.Active && c.Key == body.Into) is not { } into || body.Into == row.Fields.Key)
            return Problem.Invalid("into", $"There is no such other category; there are: {string.Join(", ", categories.Where(c => c.Active && c.Key != row.Fields.Key).Select(c => c.Key))}.");
        if (body.Subcategories.Keys.Any(k => k.Contains('\0', StringComparison.Ordinal))) return Problem.Invalid("subcategories", "No subcategory has U+0000.");
        if (body.Subcategories.FirstOrDefault(s => s.Value is { } to && !into.Subcategories.Contains(to, StringComparer.Ordinal)) is { Value: { } unknown })
            return Problem.Invalid("subcategories", $"The category {into.Key} has no subcategory {unknown}.");
        var change = new Redefinition.Category(row.Fields.Key, into, body.Subcategories);
        // deleted ones too, which go along: what becomes of a subcategory that only they have must be said
        var counts = await session.Query("SELECT subcategory, count(*) FROM tickets WHERE tenant_id = $1 AND category = $2 GROUP BY 1 ORDER BY 1 NULLS FIRST",
            r => (Subcategory: r.Text(0), Count: r.GetInt64(1)), cancellationToken, Rows.P(session.TenantId), Rows.P(row.Fields.Key));
        var moves = counts.Select(c => change.TryTake(c.Subcategory, out var becomes)
            ? new SubcategoryMove(c.Subcategory, c.Count, becomes, false) : new SubcategoryMove(c.Subcategory, c.Count, null, true)).ToList();
        return (change, new CategoryMergePreview(moves.Sum(m => m.Tickets), moves, moves.Exists(m => m.Ambiguous)));
    }
}

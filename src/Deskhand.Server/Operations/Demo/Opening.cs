using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Outbox;
using Deskhand.Tickets;
using Microsoft.EntityFrameworkCore;

namespace Deskhand.Operations.Demo;

/// <summary>Opens the company's desk: its people, groups, subcategories and custom fields, each through its own door.</summary>
internal sealed class Opening(TenantSession session, UserAccounts users, GroupDesk groups, DefinitionDesk definitions, ChangeLog log, StageClock clock, CancellationToken cancellationToken)
{
    private static readonly Actor Setup = Actor.System(Via.CommandLine);
    private static readonly RequestOrigin Nowhere = new(null, null);

    /// <summary>Puts everybody into the cast, or says why not: an address may be taken.</summary>
    public async Task<Problem?> Run(Cast cast)
    {
        foreach (var colleague in Company.People)
        {
            var fields = new UserFields { Email = Company.Email(colleague), Name = colleague.Name, Role = colleague.Role, TicketScope = colleague.Scope, Locale = colleague.Locale };
            var made = await users.Create(session, Setup, fields, null, null, cancellationToken);
            if (made.Problem is { } problem) return problem;
            cast.Players[colleague.Name] = new Player(colleague, made.Value.Id);
        }

        foreach (var (name, description) in Company.Groups)
        {
            var id = Played.Must(await groups.Create(Setup, new GroupFields { Name = name, Description = description }, Nowhere, cancellationToken)).Id;
            cast.Groups[name] = id;
            foreach (var colleague in Company.People.Where(p => p.Groups.Contains(name, StringComparer.Ordinal)))
                await GroupMembers.Set(session, log, Setup, Played.Must(await GroupMembers.Lock(session, id, null, cancellationToken)), cast.Players[colleague.Name].Id, member: true,
                    clock.GetUtcNow(), Nowhere, cancellationToken);
        }

        await Settings();
        session.Db.ChangeTracker.Clear();
        return null;
    }

    private async Task Settings()
    {
        var present = await session.Db.Set<CategoryRow>().ToListAsync(cancellationToken);
        foreach (var category in present.OrderBy(c => c.Fields.Position))
        {
            var below = Company.Subcategories.FirstOrDefault(s => s.Category == category.Fields.Key).Subcategories;
            if (below is null || !category.Fields.Subcategories.IsEmpty) continue;
            Played.Must(await definitions.Change(CategoryKind.One, Setup, category.Id.ToString(), null, f => f with { Subcategories = [.. below] }, Nowhere, cancellationToken));
        }

        foreach (var field in Company.Fields)
            Played.Must(await definitions.Create(CustomFieldKind.One, Setup, field, (id, fields, now) => new CustomFieldRow { Id = id, Fields = fields, CreatedAt = now, UpdatedAt = now },
                Nowhere, cancellationToken));
    }
}

/// <summary>What the demonstration does is allowed; when not, either it or a rule is wrong.</summary>
internal static class Played
{
    public static T Must<T>(Outcome<T> outcome) => outcome.Problem is { } problem
        ? throw new InvalidOperationException($"The demonstration breaks a rule: {problem.Message} {string.Join(' ', problem.Errors.Select(e => $"{e.Key}: {string.Join(' ', e.Value)}"))}")
        : outcome.Value;
}

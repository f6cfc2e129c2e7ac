using System.Text.Json;
using System.Text.RegularExpressions;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Search;
using Deskhand.Sla;
using Deskhand.Tickets;
using Npgsql;

namespace Deskhand.Tenants;

/// <summary>What a new tenant starts with.</summary>
/// <param name="Slug">Short name in sign-in and addresses: lower-case letters, digits and hyphens.</param>
/// <param name="Name">What people read.</param>
/// <param name="Workflow">One of the ready workflows.</param>
/// <param name="ReferenceScheme">How its tickets are named.</param>
/// <param name="TimeZone">IANA name.</param>
/// <param name="Locale">en or es.</param>
internal sealed record NewTenant(
    string Slug, string Name, string Workflow = "support", ReferenceScheme ReferenceScheme = ReferenceScheme.Yearly, string TimeZone = "UTC", string Locale = "en");

/// <summary>Makes a tenant with its workflow and categories. Not in the API: who runs the installation makes tenants, from the command line.</summary>
internal static partial class CreateTenant
{
    /// <summary>The categories a tenant starts with (SPEC §3).</summary>
    private static readonly string[] Categories =
        ["technical_support", "billing", "account", "general_inquiry", "complaint", "feature_request", "other"];

    /// <summary>Makes a tenant in a transaction of its own.</summary>
    public static async Task<Outcome<Guid>> Run(Database database, NewTenant tenant, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var session = database.For(Ids.New(now));
        return await session.Transact(() => Run(session, tenant, now, cancellationToken), cancellationToken);
    }

    /// <summary>Makes the tenant whose id is that of the session, in its transaction.</summary>
    public static async Task<Outcome<Guid>> Run(TenantSession session, NewTenant tenant, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (Check(tenant) is { } invalid) return invalid;
        try
        {
            await session.Execute("""
                INSERT INTO tenants (tenant_id, slug, name, locale, time_zone, reference_scheme, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
                """, cancellationToken, Rows.P(session.TenantId), Rows.P(tenant.Slug), Rows.P(tenant.Name), Rows.P(tenant.Locale), Rows.P(tenant.TimeZone),
                Rows.P(Wire.Name(tenant.ReferenceScheme)), Rows.P(now));
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return Problem.Conflict("slug_taken", $"There is a tenant {tenant.Slug} already.");
        }

        await session.Execute("INSERT INTO workflows (tenant_id, id, key, definition, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)", cancellationToken,
            Rows.P(session.TenantId), Rows.P(Ids.New(now)), Rows.P(tenant.Workflow), Rows.Json(WorkflowJson.Write(ReadyWorkflows.Find(tenant.Workflow)!)), Rows.P(now));
        await session.Execute("""
            INSERT INTO categories (tenant_id, id, key, name, position, created_at, updated_at)
            SELECT $1, c.id, c.key, c.name, c.position, $5, $5 FROM unnest($2, $3, $4) WITH ORDINALITY AS c (id, key, name, position)
            """, cancellationToken, Rows.P(session.TenantId), Rows.P(Categories.Select(_ => Ids.New(now)).ToArray()), Rows.P(Categories), Rows.P(Categories.Select(Title).ToArray()), Rows.P(now));
        await session.Execute("INSERT INTO sla_policies (tenant_id, id, fields, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)", cancellationToken,
            Rows.P(session.TenantId), Rows.P(Ids.New(now)), Rows.Json(JsonSerializer.Serialize(ReadyPolicy.In(tenant.Locale), JsonFormat.Options)), Rows.P(now));
        var views = ReadyViews.In(tenant.Locale).Select(v => new ViewRow(Ids.New(now), v, null, 1, 0, now, now)).ToList();
        await session.Execute(views.Select((v, i) => v.Save(session.TenantId, null, i + 1)), cancellationToken);
        await session.Execute(RuleRow.Ready(session.TenantId, tenant.Locale, ReadyWorkflows.Find(tenant.Workflow)!, now), cancellationToken);
        return session.TenantId;
    }

    private static Problem? Check(NewTenant tenant)
    {
        var errors = new FieldErrors();
        errors.Unless(SlugShape().IsMatch(tenant.Slug), "slug", "A slug has lower-case letters, digits and hyphens, begins with a letter or digit and has at most 63 characters.");
        errors.Required("name", tenant.Name, 200);
        errors.Unless(ReadyWorkflows.Find(tenant.Workflow) is not null, "workflow", $"There is no such workflow; there are: {string.Join(", ", ReadyWorkflows.All.Select(w => w.Key))}.");
        TenantSettings.CheckZoneAndLocale(tenant.TimeZone, tenant.Locale, errors);
        return errors.ToProblem();
    }

    private static string Title(string key)
    {
        var words = key.Replace('_', ' ');
        return char.ToUpperInvariant(words[0]) + words[1..];
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,62}$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex SlugShape();
}

using System.Globalization;
using Deskhand.Data;

namespace Deskhand.Directory;

/// <summary>Projects: their number, and what their assets keep of them.</summary>
internal sealed class ProjectKind() : Kind<Project, ProjectFields>("project", "projects")
{
    public static ProjectKind One { get; } = new();

    public override object Show(Project row) => ProjectResponse.From(row);

    /// <summary>A number once given stays until another is given.</summary>
    public override ProjectFields Complete(ProjectFields? before, ProjectFields fields) => fields with { Number = fields.Number ?? before?.Number };

    public override async Task<Outcome<Project>> Fit(DirectoryDesk desk, Actor by, Project? before, Project after, CancellationToken cancellationToken)
    {
        if (after.Fields.CustomerId is { } customer && customer != before?.Fields.CustomerId)
        {
            var known = await desk.Session.Query("SELECT 1 FROM customers WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL",
                r => r.GetInt32(0), cancellationToken, Rows.P(desk.Session.TenantId), Rows.P(customer));
            if (known.Count == 0) return Problem.UnknownReference("customerId", "customer");
        }

        // a copy to read by, no change of the assets: it has neither history nor event
        if (before is not null && before.Fields.Name != after.Fields.Name)
            await desk.Session.Execute("UPDATE assets SET project_name = $3 WHERE tenant_id = $1 AND project_id = $2", cancellationToken,
                Rows.P(desk.Session.TenantId), Rows.P(after.Id), Rows.P(after.Fields.Name));
        return after.Fields.Number is null
            ? after with { Fields = after.Fields with { Number = await DirectoryNumbers.Draw(desk.Session, Name, Table, "P", cancellationToken) } }
            : after;
    }

    /// <summary>One that has assets stays: an ended project is set inactive.</summary>
    public override async Task<Problem?> BeforeDelete(DirectoryDesk desk, Actor by, Project row, CancellationToken cancellationToken)
    {
        var assets = (await desk.Session.Query("SELECT count(*) FROM assets WHERE tenant_id = $1 AND project_id = $2 AND deleted_at IS NULL", r => r.GetInt64(0), cancellationToken,
            Rows.P(desk.Session.TenantId), Rows.P(row.Id)))[0];
        return assets == 0 ? null : Problem.Conflict("project_has_assets", string.Create(CultureInfo.InvariantCulture,
            $"{assets} {(assets == 1 ? "asset belongs" : "assets belong")} to this project; give them another, or none, first. A project that has ended is set inactive."));
    }
}

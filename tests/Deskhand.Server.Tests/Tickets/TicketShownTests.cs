using System.Text.Json;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Tickets;

namespace Deskhand.Server.Tests.Tickets;

/// <summary>Gets and lists read a ticket without the way over what a change decides by; both ways show the same.</summary>
public sealed class TicketShownTests(Desk desk) : IClassFixture<Desk>
{
    /// <summary>What is no column of the ticket.</summary>
    private static readonly string[] Elsewhere = [nameof(TicketResponse.MergedInto), nameof(TicketResponse.OpenIncidents), nameof(TicketResponse.IncidentsJobId)];

    private static readonly object Whole = new
    {
        id = Id(1),
        number = 42,
        reference = "TICKET-2026-000042",
        external_id = "ext-7",
        subject = "Müller's lift",
        description = "It stands still.",
        status = "in_progress",
        status_category = "on_hold",
        priority = 3,
        type = "problem",
        category = "billing",
        subcategory = "invoices",
        tags = new[] { "a", "ü" },
        custom_fields = new { site = "A", n = 12.5 },
        channel = "ad_hoc",
        customer_id = Id(2),
        contact_id = Id(3),
        location_id = Id(4),
        asset_id = Id(5),
        project_id = Id(6),
        assignee_id = Id(7),
        group_id = Id(8),
        due_at = At(1),
        problem_id = Id(9),
        merged_into_id = Id(10),
        follower_ids = new[] { Id(11), Id(12) },
        escalation_level = 2,
        escalation_reason = "no answer",
        escalated_at = At(2),
        first_responded_at = At(3),
        solved_at = At(4),
        closed_at = At(5),
        sla_state = "breached",
        sla_due_at = At(6),
        sla_policy_id = Id(13),
        version = 7,
        sequence = 8,
        assigned_version = 9,
        created_by = Id(14),
        created_at = At(7),
        updated_at = At(8),
        status_at = At(9),
        assigned_at = At(10),
        deleted_at = At(11),
    };

    private static readonly object Bare = new
    {
        id = Id(1),
        number = 1,
        reference = "TICKET-2026-000001",
        subject = "x",
        description = "",
        status = "new",
        status_category = "new",
        priority = 1,
        type = "question",
        category = "other",
        tags = Array.Empty<string>(),
        custom_fields = new { },
        channel = "api",
        follower_ids = Array.Empty<Guid>(),
        escalation_level = 0,
        version = 1,
        sequence = 1,
        assigned_version = 0,
        created_at = At(1),
        updated_at = At(2),
    };

    [Fact]
    public async Task A_ticket_with_everything_is_read_whole()
    {
        var (changed, shown, listed) = await Read(Whole);
        Assert.Equal(Elsewhere, typeof(TicketResponse).GetProperties().Where(p => p.GetValue(shown) is null).Select(p => p.Name));
        Assert.Equal(Text(changed), Text(shown));
        Assert.Equal(Text(changed with { Description = null }), Text(listed));
    }

    [Fact]
    public async Task A_ticket_with_next_to_nothing_is_read_so()
    {
        var (changed, shown, listed) = await Read(Bare);
        Assert.Equal(Text(changed), Text(shown));
        Assert.Equal(Text(changed with { Description = null }), Text(listed));
    }

    private async Task<(TicketResponse Changed, TicketResponse Shown, TicketResponse Listed)> Read(object ticket)
    {
        await using var session = desk.Database.For(desk.Tenant.Id);
        var row = JsonSerializer.Serialize(ticket);
        return (TicketResponse.From((await Ask(TicketRow.Columns, TicketRow.Read)).Single()), (await Ask(TicketShown.Columns, TicketShown.Read)).Single(), (await Ask(TicketShown.ListColumns, TicketShown.Read)).Single());

        Task<List<T>> Ask<T>(string columns, Func<Npgsql.NpgsqlDataReader, T> read) =>
            session.Query($"SELECT {columns} FROM jsonb_populate_record(NULL::tickets, $1) t", read, CancellationToken.None, Rows.Json(row));
    }

    private static string Text(TicketResponse ticket) => JsonSerializer.Serialize(ticket, JsonFormat.Options);

    private static Guid Id(int n) => new(n, 0x7a, 0x7000, [0x80, 1, 2, 3, 4, 5, 6, 0xab]);

    private static DateTimeOffset At(int day) => new(2026, 2, day, 4, 5, 6, 789, TimeSpan.Zero);
}

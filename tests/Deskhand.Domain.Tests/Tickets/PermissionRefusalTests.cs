using Deskhand.Access;

namespace Deskhand.Tickets;

/// <summary>Every change against every role and every single permission.</summary>
public sealed class PermissionRefusalTests
{
    private static readonly Ticket Other = Desk.In("open") with { Id = Desk.Id(60) };
    private static readonly Merge Going = new(Desk.Id(61), Desk.Ticket, Other.Id, "open", null, null, [], [], Desk.Noon);

    internal static readonly Dictionary<string, TicketChange> Changes = new(StringComparer.Ordinal)
    {
        ["Create"] = new TicketChange.Create(Desk.Ticket, new TicketFields { Subject = "New" }),
        ["Edit"] = new TicketChange.Edit(new TicketFields { Subject = "Other" }),
        ["ChangeStatus"] = new TicketChange.ChangeStatus("in_progress", null),
        ["Resolve"] = new TicketChange.Resolve(null),
        ["Assign"] = new TicketChange.Assign(Desk.Bob, Desk.Group, null),
        ["Escalate"] = new TicketChange.Escalate(1, "loud", false, null, null),
        ["EscalateAndReassign"] = new TicketChange.Escalate(1, "loud", true, Desk.Bob, Desk.Group),
        ["Deescalate"] = new TicketChange.Deescalate(null),
        ["AddComment"] = new TicketChange.AddComment(Desk.Saying(Visibility.Public)),
        ["AddNote"] = new TicketChange.AddComment(Desk.Saying(Visibility.Internal)),
        ["EditComment"] = new TicketChange.EditComment(Desk.Said(Visibility.Public), "Better", BodyFormat.Plain),
        ["EditNote"] = new TicketChange.EditComment(Desk.Said(Visibility.Internal), "Better", BodyFormat.Plain),
        ["EditForeignComment"] = new TicketChange.EditComment(Desk.Said(Visibility.Public, author: Desk.Bob), "Better", BodyFormat.Plain),
        ["DeleteComment"] = new TicketChange.DeleteComment(Desk.Said(Visibility.Public)),
        ["DeleteNote"] = new TicketChange.DeleteComment(Desk.Said(Visibility.Internal)),
        ["DeleteForeignNote"] = new TicketChange.DeleteComment(Desk.Said(Visibility.Internal, author: Desk.Bob)),
        ["DeleteWordsOfTheCustomer"] = new TicketChange.DeleteComment(Desk.Said(Visibility.Public, ActorKind.Contact)),
        ["Attach"] = new TicketChange.Attach(Desk.Upload, "photo.jpg"),
        ["Detach"] = new TicketChange.Detach(Desk.Upload, "photo.jpg"),
        ["Delete"] = new TicketChange.Delete(null),
        ["Redefine"] = new TicketChange.Redefine(new Redefinition.Status("open", new("opened", "Opened", StatusCategory.Open))),
        ["TakeIn"] = new TicketChange.TakeIn([Other], [Going], Desk.Id(70), null),
        ["MergeInto"] = new TicketChange.MergeInto(Going, Other, Desk.Id(70), null),
        ["GiveBack"] = new TicketChange.GiveBack([Other], [], [], Desk.Id(70)),
        ["ComeBack"] = new TicketChange.ComeBack(new(Going, Other.Id, []), Other, Desk.Id(70)),
        ["SplitOff"] = new TicketChange.SplitOff(Desk.Said(Visibility.Public), Other, Desk.Id(70)),
        ["Link"] = new TicketChange.Link(TicketLink.Of(Desk.Id(71), Desk.Ticket, LinkKind.Relates, Other.Id)),
        ["Unlink"] = new TicketChange.Unlink(TicketLink.Of(Desk.Id(71), Desk.Ticket, LinkKind.Relates, Other.Id)),
        ["Follow"] = new TicketChange.Follow(Desk.Bob),
        ["Unfollow"] = new TicketChange.Unfollow(Desk.Bob),
        ["Restore"] = new TicketChange.Restore(null),
        ["Revert"] = new TicketChange.Revert(Reversal.Of(Desk.In("open"), [new("status", "\"new\"", "\"open\"")])),
        ["RevertAssignment"] = new TicketChange.Revert(Reversal.Of(Desk.In("open"), [new("assigneeId", $"\"{Desk.Bob}\"", null)])),
    };

    private static readonly Dictionary<string, Permission[]> Needed = new(StringComparer.Ordinal)
    {
        ["Create"] = [Permission.TicketsCreate],
        ["Edit"] = [Permission.TicketsUpdate],
        ["ChangeStatus"] = [Permission.TicketsUpdate],
        ["Resolve"] = [Permission.TicketsUpdate],
        ["Assign"] = [Permission.TicketsAssign],
        ["Escalate"] = [Permission.TicketsEscalate],
        ["EscalateAndReassign"] = [Permission.TicketsEscalate, Permission.TicketsAssign],
        ["Deescalate"] = [Permission.TicketsEscalate],
        ["AddComment"] = [Permission.CommentsWrite],
        ["AddNote"] = [Permission.NotesWrite],
        ["EditComment"] = [Permission.CommentsWrite],
        ["EditNote"] = [Permission.NotesWrite],
        ["EditForeignComment"] = [Permission.TicketsDelete],
        ["DeleteComment"] = [Permission.CommentsWrite],
        ["DeleteNote"] = [Permission.NotesWrite],
        ["DeleteForeignNote"] = [Permission.TicketsDelete],
        ["DeleteWordsOfTheCustomer"] = [Permission.TicketsDelete],
        ["Attach"] = [Permission.TicketsUpdate],
        ["Detach"] = [Permission.TicketsUpdate],
        ["Delete"] = [Permission.TicketsDelete],
        ["Redefine"] = [Permission.SettingsManage],
        ["TakeIn"] = [Permission.TicketsUpdate],
        ["MergeInto"] = [Permission.TicketsUpdate],
        ["GiveBack"] = [Permission.TicketsUpdate],
        ["ComeBack"] = [Permission.TicketsUpdate],
        ["SplitOff"] = [Permission.TicketsUpdate],
        ["Link"] = [Permission.TicketsUpdate],
        ["Unlink"] = [Permission.TicketsUpdate],
        ["Follow"] = [Permission.TicketsUpdate],
        ["Unfollow"] = [Permission.TicketsUpdate],
        ["Restore"] = [Permission.TicketsDelete],
        ["Revert"] = [Permission.TicketsUpdate],
        ["RevertAssignment"] = [Permission.TicketsUpdate, Permission.TicketsAssign],
    };

    public static TheoryData<string> Names => [.. Changes.Keys];

    public static TheoryData<string, Role> NamesAndRoles()
    {
        var data = new TheoryData<string, Role>();
        foreach (var name in Changes.Keys)
            foreach (var role in Enum.GetValues<Role>())
                data.Add(name, role);
        return data;
    }

    [Fact]
    public void No_kind_of_change_is_left_out() =>
        Assert.Equal(
            // passing time is nobody's wish, and only a rule can ask for a call
            typeof(TicketChange).GetNestedTypes().Select(t => t.Name).Except([nameof(TicketChange.Automate), nameof(TicketChange.ClockTicked), nameof(TicketChange.CallWebhook)], StringComparer.Ordinal).Order(StringComparer.Ordinal),
            Changes.Values.Select(c => c.GetType().Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(NamesAndRoles))]
    public void Each_role_may_do_exactly_what_its_permissions_allow(string name, Role role)
    {
        var allowed = Needed[name].All(Permissions.Of(role).Has);
        var problem = Decide(name, Desk.As(role)).Problem;
        Assert.Equal(allowed ? null : "forbidden", problem?.Code);
        Assert.Equal(allowed ? null : ProblemKind.Forbidden, problem?.Kind);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_change_is_refused_when_one_needed_permission_is_missing_and_names_it(string name)
    {
        Assert.Null(Decide(name, Desk.With(Needed[name])).Problem);
        foreach (var missing in Needed[name])
        {
            var others = Permissions.All.Each().Where(p => p != missing);
            var problem = Decide(name, Desk.Admin with { Permissions = Permissions.Of(others) }).Problem;
            Assert.Contains(Permissions.Name(missing), problem!.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_light_agent_writes_notes_and_nothing_else() =>
        Assert.Equal(
            ["AddNote", "EditNote", "DeleteNote"],
            Changes.Keys.Where(name => Decide(name, Desk.As(Role.LightAgent)).Problem is null));

    private static Outcome<TicketDecision> Decide(string name, Actor actor) =>
        (name == "Create" ? null : Desk.In("open") with { EscalationLevel = name == "Deescalate" ? 2 : 0, MergedIntoId = name == "ComeBack" ? Other.Id : null }).Decide(Changes[name], Desk.By(actor));
}

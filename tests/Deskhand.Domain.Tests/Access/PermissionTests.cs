using FsCheck;
using FsCheck.Fluent;

namespace Deskhand.Access;

public sealed class PermissionTests
{
    private const string Light = "tickets:read notes:read notes:write customers:read users:read settings:read";
    private const string Agents = Light + " tickets:create tickets:update tickets:assign tickets:escalate comments:write customers:write";
    private const string Managers = Agents + " tickets:delete customers:delete customers:import views:manage billing:approve events:read reports:read";
    private const string Admins = Managers + " customers:erase users:manage groups:manage tokens:manage settings:manage audit:read health:read deliveries:manage webhooks:manage events:replay";

    [Theory]
    [InlineData(Role.LightAgent, Light)]
    [InlineData(Role.Agent, Agents)]
    [InlineData(Role.Manager, Managers)]
    [InlineData(Role.Admin, Admins)]
    public void Each_role_is_granted_exactly_this(Role role, string names) =>
        Assert.Equal(names.Split(' ').Order(StringComparer.Ordinal), Permissions.Of(role).Each().Select(Permissions.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Each_role_holds_all_that_the_lesser_one_holds()
    {
        Role[] rising = [Role.LightAgent, Role.Agent, Role.Manager, Role.Admin];
        foreach (var (less, more) in rising.Zip(rising.Skip(1)))
            Assert.Equal(Permissions.Of(less), Permissions.Of(less).And(Permissions.Of(more)));
    }

    [Fact]
    public void Every_permission_has_a_name_of_its_own_that_reads_back()
    {
        var all = Enum.GetValues<Permission>();
        Assert.Equal(all.Length, all.Select(Permissions.Name).Distinct(StringComparer.Ordinal).Count());
        Assert.All(all, p => Assert.Matches("^[a-z]+:[a-z]+$", Permissions.Name(p)));
        Assert.All(all, p => Assert.Equal(p, Permissions.Find(Permissions.Name(p))));
        Assert.Null(Permissions.Find("tickets:burn"));
        Assert.Null(Permissions.Find("Tickets:Read"));
        Assert.Equal(all, Permissions.All.Each());
    }

    [Fact]
    public void There_is_room_for_every_permission_in_a_set() => Assert.All(Enum.GetValues<Permission>(), p => Assert.InRange((int)p, 0, 63));

    [Fact]
    public void A_set_holds_what_was_put_in_and_two_sets_together_what_both_hold()
    {
        var some = Gen.Elements(Enum.GetValues<Permission>()).ArrayOf().ToArbitrary();
        Prop.ForAll(some, some, (a, b) =>
        {
            var (left, right) = (Permissions.Of(a), Permissions.Of(b));
            return Enum.GetValues<Permission>().All(p => left.Has(p) == a.Contains(p) && left.And(right).Has(p) == (a.Contains(p) && b.Contains(p)))
                && left.And(PermissionSet.None) == PermissionSet.None && left.And(Permissions.All) == left;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void The_desk_itself_may_do_everything_and_is_nobody()
    {
        var system = Actor.System(Via.Timer);
        Assert.Equal((ActorKind.System, null, Permissions.All, Via.Timer), (system.Kind, system.Id, system.Permissions, system.Via));
    }
}

namespace Deskhand.Tickets;

/// <summary>Whether the rows a ticket names exist and belong together.</summary>
public sealed class ReferencesTests
{
    private static readonly TicketFields Plain = new() { Subject = "No signal" };
    private static readonly TicketFields All = Plain with
    {
        CustomerId = Desk.Customer,
        ContactId = Desk.Contact,
        LocationId = Desk.Location,
        AssetId = Desk.Asset,
        ProjectId = Desk.Project,
        AssigneeId = Desk.Bob,
        GroupId = Desk.Group,
    };

    public static TheoryData<string, string, string> EachMissing => new()
    {
        { "customer", "customerId", "customer_not_found" },
        { "contact", "contactId", "contact_not_found" },
        { "location", "locationId", "location_not_found" },
        { "asset", "assetId", "asset_not_found" },
        { "project", "projectId", "project_not_found" },
        { "agent", "assigneeId", "agent_not_found" },
        { "group", "groupId", "group_not_found" },
        { "contact of another customer", "contactId", "invalid" },
        { "location of another customer", "locationId", "invalid" },
        { "asset of another customer", "assetId", "invalid" },
        { "agent of another group", "assigneeId", "invalid" },
    };

    [Fact]
    public void What_exists_and_belongs_together_is_accepted() => Assert.Null(Check(All, Desk.AllKnown));

    [Fact]
    public void A_ticket_that_names_nothing_needs_nothing() => Assert.Null(Check(Plain, Known.Nothing));

    [Theory]
    [MemberData(nameof(EachMissing))]
    public void What_does_not_exist_or_belong_is_refused_by_the_name_of_its_member(string what, string field, string code)
    {
        var refusal = Check(All, Without(what))!;
        Assert.Equal((code, code == "invalid" ? ProblemKind.Invalid : ProblemKind.NotFound), (refusal.Code, refusal.Kind));
        Assert.Equal([field], refusal.Errors.Keys);
    }

    [Theory]
    [MemberData(nameof(EachMissing))]
    public void What_does_not_change_is_not_asked_for_again(string what, string field, string code)
    {
        var before = Desk.In("open") with { Fields = All };
        var outcome = before.Decide(new TicketChange.Edit(All with { Priority = Priority.High }), Desk.Knowing(Without(what)));
        Assert.True(outcome.Problem is null, $"{field} {code}");
        Assert.Equal(All with { Priority = Priority.High, Tags = outcome.Value.After.Fields.Tags }, outcome.Value.After.Fields);
    }

    [Fact]
    public void A_contact_alone_stands_for_its_customer_to_location_and_asset()
    {
        var fields = All with { CustomerId = null };
        Assert.Null(Check(fields, Desk.AllKnown));
        Assert.Equal(["locationId"], Check(fields, Desk.AllKnown with { CustomerOfLocation = Desk.OtherCustomer })!.Errors.Keys);
        Assert.Equal(["assetId"], Check(fields, Desk.AllKnown with { CustomerOfAsset = Desk.OtherCustomer })!.Errors.Keys);
    }

    [Fact]
    public void An_asset_may_be_named_without_a_customer_and_one_in_stock_with_any()
    {
        Assert.Null(Check(Plain with { AssetId = Desk.Asset }, Desk.AllKnown with { CustomerOfContact = null }));
        Assert.Null(Check(All, Desk.AllKnown with { CustomerOfAsset = null }));
    }

    [Fact]
    public void A_location_is_named_together_with_its_customer() =>
        Assert.Equal(["locationId"], Check(Plain with { LocationId = Desk.Location }, Desk.AllKnown with { CustomerOfContact = null })!.Errors.Keys);

    [Fact]
    public void A_ticket_that_moves_to_another_customer_does_not_take_contact_location_or_asset_along()
    {
        var before = Desk.In("open") with { Fields = All };
        var moved = All with { CustomerId = Desk.OtherCustomer };
        Assert.Equal(["contactId"], Refused(moved));
        Assert.Equal(["locationId"], Refused(moved with { ContactId = null }));
        Assert.Equal(["assetId"], Refused(moved with { ContactId = null, LocationId = null }));
        Assert.Equal(Desk.OtherCustomer, before.Must(new TicketChange.Edit(moved with { ContactId = null, LocationId = null, AssetId = null })).After.Fields.CustomerId);

        IEnumerable<string> Refused(TicketFields fields) => before.Refused(new TicketChange.Edit(fields)).Errors.Keys;
    }

    [Fact]
    public void An_agent_without_a_group_and_a_group_without_an_agent_are_fine()
    {
        Assert.Null(Check(Plain with { AssigneeId = Desk.Bob }, new Known { Assignee = true }));
        Assert.Null(Check(Plain with { GroupId = Desk.Group }, new Known { Group = true }));
    }

    [Fact]
    public void A_ticket_follows_its_customer_or_contact_into_another_closed_or_not_and_only_by_who_may_merge()
    {
        var closed = Desk.In("closed") with { Fields = All };
        var moved = closed.Must(new TicketChange.Redefine(new Redefinition.Owner(Desk.Customer, Desk.OtherCustomer)), Desk.By(Desk.With(Access.Permission.CustomersDelete)));
        Assert.Equal((Desk.OtherCustomer, Desk.Contact), (moved.After.Fields.CustomerId, moved.After.Fields.ContactId));
        Assert.Equal(["customerId"], moved.History.Select(h => h.Field));
        var other = Desk.Id(17);
        Assert.Equal(other, closed.Must(new TicketChange.Redefine(new Redefinition.Owner(Desk.Contact, other))).After.Fields.ContactId);
        Assert.Same(closed, closed.Must(new TicketChange.Redefine(new Redefinition.Owner(other, Desk.Contact))).After);
        Assert.Equal("forbidden", closed.Refused(new TicketChange.Redefine(new Redefinition.Owner(Desk.Customer, Desk.OtherCustomer)), Desk.By(Desk.With(Access.Permission.SettingsManage))).Code);
    }

    private static Known Without(string what) => what switch
    {
        "customer" => Desk.AllKnown with { Customer = false },
        "contact" => Desk.AllKnown with { CustomerOfContact = null },
        "location" => Desk.AllKnown with { CustomerOfLocation = null },
        "asset" => Desk.AllKnown with { AssetNumber = null, CustomerOfAsset = null },
        "project" => Desk.AllKnown with { Project = false },
        "agent" => Desk.AllKnown with { Assignee = false },
        "group" => Desk.AllKnown with { Group = false },
        "contact of another customer" => Desk.AllKnown with { CustomerOfContact = Desk.OtherCustomer },
        "location of another customer" => Desk.AllKnown with { CustomerOfLocation = Desk.OtherCustomer },
        "asset of another customer" => Desk.AllKnown with { CustomerOfAsset = Desk.OtherCustomer },
        "agent of another group" => Desk.AllKnown with { AssigneeInGroup = false },
        _ => throw new ArgumentOutOfRangeException(nameof(what), what, null),
    };

    private static Problem? Check(TicketFields fields, Known known) => ((Ticket?)null).Decide(new TicketChange.Create(Desk.Ticket, fields), Desk.Knowing(known)).Problem;
}

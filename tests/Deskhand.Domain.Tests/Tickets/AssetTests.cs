namespace Deskhand.Tickets;

/// <summary>What an asset brings into a ticket.</summary>
public sealed class AssetTests
{
    private static readonly TicketFields Plain = new() { Subject = "No signal" };
    private static readonly Known Installed = Desk.AllKnown with { Asset = Desk.Asset, LocationOfAsset = Desk.Location, ProjectOfAsset = Desk.Project, Project = false, CustomerOfLocation = null, CustomerOfContact = null };

    [Fact]
    public void An_asset_brings_customer_location_and_project()
    {
        var fields = Create(Plain with { AssetId = Desk.Asset }, Installed);
        Assert.Equal((Desk.Customer, Desk.Location, Desk.Project), (fields.CustomerId, fields.LocationId, fields.ProjectId));
    }

    [Fact]
    public void What_is_given_stays()
    {
        var known = Installed with { CustomerOfLocation = Desk.Customer, Project = true };
        var fields = Create(Plain with { AssetId = Desk.Asset, LocationId = Desk.OtherLocation, ProjectId = Desk.OtherProject }, known);
        Assert.Equal((Desk.Customer, Desk.OtherLocation, Desk.OtherProject), (fields.CustomerId, fields.LocationId, fields.ProjectId));
    }

    [Fact]
    public void The_customer_of_the_contact_comes_first_and_an_asset_of_another_is_refused() =>
        Assert.Equal(["assetId"], Refused(Plain with { AssetId = Desk.Asset, ContactId = Desk.Contact }, Installed with { CustomerOfContact = Desk.OtherCustomer }));

    [Fact]
    public void One_in_stock_brings_its_project_alone()
    {
        var fields = Create(Plain with { AssetId = Desk.Asset, CustomerId = Desk.OtherCustomer }, Installed with { CustomerOfAsset = null, LocationOfAsset = null });
        Assert.Equal((Desk.OtherCustomer, null, Desk.Project), (fields.CustomerId, fields.LocationId, fields.ProjectId));
    }

    [Fact]
    public void A_number_stands_for_the_asset_and_is_not_kept()
    {
        var fields = Create(Plain with { AssetNumber = " dr1734315 " }, Installed);
        Assert.Equal((Desk.Asset, null, Desk.Customer), (fields.AssetId, fields.AssetNumber, fields.CustomerId));
        Assert.Null(Create(Plain with { AssetNumber = " " }, Known.Nothing).AssetNumber);
    }

    [Fact]
    public void A_number_that_is_nobodys_or_another_assets_is_refused()
    {
        Assert.Equal(["assetNumber"], Refused(Plain with { AssetNumber = "DR0" }, Known.Nothing));
        Assert.Equal(["assetNumber"], Refused(Plain with { AssetNumber = "DR1734315", AssetId = Desk.OtherAsset }, Installed));
        Assert.Equal(Desk.Asset, Create(Plain with { AssetNumber = "DR1734315", AssetId = Desk.Asset }, Installed).AssetId);
    }

    [Fact]
    public void An_edit_names_another_asset_by_its_number()
    {
        var before = Desk.In("open") with { Fields = Plain with { AssetId = Desk.OtherAsset } };
        Assert.Equal(Desk.Asset, Edit(before, before.Fields with { AssetNumber = "DR1734315" }, Installed).AssetId);
    }

    [Fact]
    public void The_same_edit_twice_changes_nothing_the_second_time()
    {
        var asked = Plain with { AssetId = Desk.Asset };
        var once = Desk.In("open").Must(new TicketChange.Edit(asked), Desk.Knowing(Installed)).After;
        Assert.Same(once, once.Must(new TicketChange.Edit(asked), Desk.Knowing(Installed)).After);
    }

    [Fact]
    public void An_edit_of_something_else_does_not_fill_in_what_the_asset_has_got_since()
    {
        var before = Desk.In("open") with { Fields = Plain with { AssetId = Desk.Asset, CustomerId = Desk.Customer } };
        var fields = Edit(before, before.Fields with { Priority = Priority.High }, Installed);
        Assert.Equal((null, null), (fields.LocationId, fields.ProjectId));
    }

    private static TicketFields Create(TicketFields fields, Known known) => ((Ticket?)null).Must(new TicketChange.Create(Desk.Ticket, fields), Desk.Knowing(known)).After.Fields;

    private static TicketFields Edit(Ticket before, TicketFields fields, Known known) => before.Must(new TicketChange.Edit(fields), Desk.Knowing(known)).After.Fields;

    private static IEnumerable<string> Refused(TicketFields fields, Known known) =>
        ((Ticket?)null).Refused(new TicketChange.Create(Desk.Ticket, fields), Desk.Knowing(known)).Errors.Keys;
}

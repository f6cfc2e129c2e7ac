using FsCheck;
using FsCheck.Fluent;

namespace Deskhand.Tickets;

public sealed class TicketReferenceTests
{
    [Theory]
    [InlineData(1, "TICKET-2026-000001")]
    [InlineData(999_999, "TICKET-2026-999999")]
    [InlineData(1_000_000, "TICKET-2026-1000000")]
    public void The_yearly_scheme_has_at_least_six_digits(long n, string reference) =>
        Assert.Equal(reference, TicketReference.Format(TicketReference.CounterFor(ReferenceScheme.Yearly, Channel.Email, 2026, "DR7"), n));

    [Theory]
    [InlineData(Channel.Email, null, "EML-7")]
    [InlineData(Channel.Internal, null, "FF-7")]
    [InlineData(Channel.AdHoc, null, "AH-7")]
    [InlineData(Channel.Whatsapp, "DR1734315", "DR1734315-7")]
    [InlineData(Channel.Construction, "dr1734315", "DR1734315-7")]
    [InlineData(Channel.Construction, "1734315", "DR1734315-7")]
    [InlineData(Channel.Whatsapp, null, "TICKET-2026-000007")]
    [InlineData(Channel.Construction, null, "TICKET-2026-000007")]
    [InlineData(Channel.Qcontact, null, "FT-7")]
    [InlineData(Channel.Web, "DR1", "TICKET-2026-000007")]
    [InlineData(Channel.Api, "DR1", "TICKET-2026-000007")]
    [InlineData(Channel.Chat, null, "TICKET-2026-000007")]
    [InlineData(Channel.Phone, null, "TICKET-2026-000007")]
    [InlineData(Channel.Ai, null, "TICKET-2026-000007")]
    public void The_scheme_by_channel_names_each_channel_in_its_own_way(Channel channel, string? asset, string reference) =>
        Assert.Equal(reference, TicketReference.Format(TicketReference.CounterFor(ReferenceScheme.ByChannel, channel, 2026, asset), 7));

    [Fact]
    public void Each_year_has_its_own_counter() =>
        Assert.NotEqual(
            TicketReference.CounterFor(ReferenceScheme.Yearly, Channel.Api, 2026, null),
            TicketReference.CounterFor(ReferenceScheme.Yearly, Channel.Api, 2027, null));

    [Theory]
    [InlineData(ReferenceScheme.ByChannel, Channel.Qcontact, "8812", "FT8812")]
    [InlineData(ReferenceScheme.ByChannel, Channel.Qcontact, "", null)]
    [InlineData(ReferenceScheme.ByChannel, Channel.Qcontact, null, null)]
    [InlineData(ReferenceScheme.ByChannel, Channel.Qcontact, "88-12", null)]
    [InlineData(ReferenceScheme.ByChannel, Channel.Qcontact, "88\r\n12", null)]
    [InlineData(ReferenceScheme.ByChannel, Channel.Qcontact, "12345678901234567890123456789012345678901", null)]
    [InlineData(ReferenceScheme.ByChannel, Channel.Email, "8812", null)]
    [InlineData(ReferenceScheme.Yearly, Channel.Qcontact, "8812", null)]
    public void QContact_numbers_its_tickets_itself_where_the_scheme_is_by_channel(ReferenceScheme scheme, Channel channel, string? externalId, string? reference) =>
        Assert.Equal(reference, TicketReference.Given(scheme, channel, externalId));

    [Fact]
    public void Two_counters_never_make_the_same_reference()
    {
        var counter = Gen.Elements(Enum.GetValues<Channel>()).SelectMany(channel => Gen.Choose(2025, 2028).SelectMany(year =>
            Gen.Elements(null, "DR1", "1", "DR1-1", "1-1", "11", "AH", "").Select(asset => TicketReference.CounterFor(ReferenceScheme.ByChannel, channel, year, asset))));
        var draw = counter.SelectMany(c => Gen.Choose(1, 30).Select(n => (Counter: c, N: n)));
        Prop.ForAll(draw.ToArbitrary(), draw.ToArbitrary(), (a, b) =>
            a == b || TicketReference.Format(a.Counter, a.N) != TicketReference.Format(b.Counter, b.N)).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }
}

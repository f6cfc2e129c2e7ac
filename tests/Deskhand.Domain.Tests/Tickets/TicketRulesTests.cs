using FsCheck;
using FsCheck.Fluent;

namespace Deskhand.Tickets;

public sealed class TicketRulesTests
{
    private static readonly TicketFields Plain = new() { Subject = "No signal" };

    public static TheoryData<string, TicketFields> Unacceptable => new()
    {
        { "subject", Plain with { Subject = "" } },
        { "subject", Plain with { Subject = new string('x', TicketRules.SubjectLength + 1) } },
        { "subject", Plain with { Subject = "a\0b" } },
        { "subject", Plain with { Subject = "half \ud83d" } },
        { "description", Plain with { Description = new string('x', TicketRules.DescriptionLength + 1) } },
        { "description", Plain with { Description = "a\0b" } },
        { "description", Plain with { Description = "\ude00" } },
        { "externalId", Plain with { ExternalId = new string('x', 201) } },
        { "externalId", Plain with { ExternalId = "a\r\nb" } },
        { "tags", Plain with { Tags = [""] } },
        { "tags", Plain with { Tags = ["a,b"] } },
        { "tags", Plain with { Tags = [null!] } },
        { "tags", Plain with { Tags = ["a\nb"] } },
        { "tags", Plain with { Tags = ["\ud83d"] } },
        { "tags", Plain with { Tags = [new string('x', TicketRules.TagLength + 1)] } },
        { "tags", Plain with { Tags = [.. Enumerable.Range(0, TicketRules.TagCount + 1).Select(i => $"t{i}")] } },
        { "category", Plain with { Category = "nonsense" } },
        { "category", Plain with { Category = "legacy" } },
        { "category", Plain with { Category = "Billing" } },
        { "subcategory", Plain with { Subcategory = "refund" } },
        { "subcategory", Plain with { Category = "billing", Subcategory = "other" } },
        { "customFields.floor", Plain with { CustomFields = CustomValues.Parse("""{"floor":1}""") } },
    };

    [Theory]
    [MemberData(nameof(Unacceptable), DisableDiscoveryEnumeration = true)]
    public void What_breaks_a_rule_is_refused_by_the_name_of_its_member(string field, TicketFields fields)
    {
        var created = ((Ticket?)null).Refused(new TicketChange.Create(Desk.Ticket, fields));
        Assert.Equal((ProblemKind.Invalid, "invalid"), (created.Kind, created.Code));
        Assert.Equal([field], created.Errors.Keys);
        Assert.Equal([field], Desk.In("open").Refused(new TicketChange.Edit(fields)).Errors.Keys);
    }

    [Theory]
    [InlineData("Hello\r\nBcc: everyone@example.test")]
    [InlineData("Hello\rBcc: everyone@example.test")]
    [InlineData("Hello\nBcc: everyone@example.test")]
    public void Sec19_A_subject_and_a_tag_hold_no_line_break(string text)
    {
        Assert.Equal(["subject"], ((Ticket?)null).Refused(new TicketChange.Create(Desk.Ticket, Plain with { Subject = text })).Errors.Keys);
        Assert.Equal(["tags"], ((Ticket?)null).Refused(new TicketChange.Create(Desk.Ticket, Plain with { Tags = [text] })).Errors.Keys);
    }

    [Fact]
    public void What_is_just_within_the_limits_is_accepted()
    {
        var full = Plain with
        {
            Subject = new string('x', TicketRules.SubjectLength),
            Description = new string('\n', TicketRules.DescriptionLength),
            ExternalId = new string('x', 200),
            Tags = [.. Enumerable.Range(0, TicketRules.TagCount).Select(i => $"{i}".PadLeft(TicketRules.TagLength, 't'))],
            Category = "billing",
            Subcategory = "invoice",
        };
        Assert.Null(((Ticket?)null).Decide(new TicketChange.Create(Desk.Ticket, full)).Problem);
    }

    [Fact]
    public void All_that_is_wrong_is_told_at_once()
    {
        var refusal = ((Ticket?)null).Refused(new TicketChange.Create(Desk.Ticket, Plain with { Subject = " ", Tags = ["a,b"], Category = "nonsense" }));
        Assert.Equal(["category", "subject", "tags"], refusal.Errors.Keys);
    }

    [Fact]
    public void A_refused_category_hears_which_there_are()
    {
        var refusal = ((Ticket?)null).Refused(new TicketChange.Create(Desk.Ticket, Plain with { Category = "nonsense" }));
        Assert.Equal("There is no such category; there are: general_inquiry, billing.", Assert.Single(refusal.Errors["category"]));
        refusal = ((Ticket?)null).Refused(new TicketChange.Create(Desk.Ticket, Plain with { Category = "billing", Subcategory = "x" }));
        Assert.Equal("There is no such subcategory in billing; there are: invoice, refund.", Assert.Single(refusal.Errors["subcategory"]));
        refusal = ((Ticket?)null).Refused(new TicketChange.Create(Desk.Ticket, Plain with { Subcategory = "x" }));
        Assert.Equal("The category general_inquiry has no subcategories.", Assert.Single(refusal.Errors["subcategory"]));
    }

    [Theory]
    [InlineData("legacy", "old", "legacy", null, true)]
    [InlineData("legacy", null, "legacy", "old", true)]
    [InlineData("legacy", null, "legacy", "other", false)]
    [InlineData("vanished", "x", "vanished", null, true)]
    [InlineData("vanished", null, "vanished", "x", false)]
    [InlineData("vanished", "x", "vanished", "x", true)]
    [InlineData("general_inquiry", null, "legacy", null, false)]
    [InlineData("vanished", "x", "billing", "x", false)]
    [InlineData("vanished", "x", "billing", "refund", true)]
    public void A_category_that_is_gone_since_is_kept_but_not_taken(string from, string? fromSub, string to, string? toSub, bool good)
    {
        var before = Desk.In("open") with { Fields = Plain with { Category = from, Subcategory = fromSub } };
        var edited = before.Fields with { Category = to, Subcategory = toSub, Priority = Priority.High };
        Assert.Equal(good, before.Decide(new TicketChange.Edit(edited)).Problem is null);
    }

    [Fact]
    public void The_one_form_of_fields_is_reached_in_one_step()
    {
        var text = Gen.Elements("", " ", "a", "B", "b ", "\tÄ", "ä", "İ", "ß", "ẞ", "Σ", "ς", "\u00a0x", "\r\nA").ArrayOf().Select(string.Concat);
        var fields = text.SelectMany(s => text.ArrayOf().SelectMany(tags => text.SelectMany(other => Gen.Choose(0, 100_000).Select(ticks =>
            Plain with { Subject = s, Tags = [.. tags], ExternalId = other, Subcategory = other, DueAt = Desk.Noon.AddTicks(ticks).ToOffset(TimeSpan.FromHours(ticks % 14)) }))));
        Prop.ForAll(fields.ToArbitrary(), f =>
        {
            var once = TicketRules.Normalise(f);
            var twice = TicketRules.Normalise(once);
            Assert.Equal(once, twice with { Tags = once.Tags });
            Assert.Equal(once.Tags.AsEnumerable(), twice.Tags);
            Assert.Equal(once.Tags.Distinct().Order(StringComparer.Ordinal), once.Tags);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Missing_tags_are_no_tags() => Assert.Empty(TicketRules.Normalise(Plain with { Tags = default }).Tags);

    [Fact]
    public void The_reference_scheme_and_the_time_zone_belong_to_the_rulebook() =>
        Assert.Equal((ReferenceScheme.Yearly, "UTC", "support"), (Desk.Rules.ReferenceScheme, Desk.Rules.TimeZone, Desk.Rules.Workflow.Key));
}

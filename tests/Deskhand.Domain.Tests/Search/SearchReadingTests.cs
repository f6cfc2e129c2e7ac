using System.Collections.Immutable;
using Deskhand.Tickets;
using FsCheck;
using FsCheck.Fluent;

namespace Deskhand.Search;

public sealed class SearchReadingTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 9, 30, 0, TimeSpan.Zero);

    private static readonly Rulebook Rules = new(ReadyWorkflows.Support, [new("billing", "Billing", [])],
    [
        new("floor", "Floor", CustomFieldType.Number, []), new("vip", "VIP", CustomFieldType.Boolean, []), new("line", "Line", CustomFieldType.Select, ["fibre", "wireless"]),
        new("due", "Due", CustomFieldType.Date, []), new("note", "Note", CustomFieldType.Text, []),
    ], ReferenceScheme.Yearly, "UTC");

    [Theory]
    [InlineData("status:Open,in_progress", "Status open in_progress")]
    [InlineData("statusCategory:on_hold", "StatusCategory on_hold")]
    [InlineData("type:incident category:billing channel:email", "Type incident; Category billing; Channel email")]
    [InlineData("tag:VIP reference:ticket-2026-000001", "Tag vip; Reference TICKET-2026-000001")]
    [InlineData("priority>=high", "Priority High Urgent")]
    [InlineData("priority<normal", "Priority Low")]
    [InlineData("priority:critical", "Priority Urgent")]
    [InlineData("-priority>low", "not Priority Normal High Urgent")]
    [InlineData("is:escalated,overdue has:attachment", "Is Escalated Overdue; Is Attachment")]
    [InlineData("assignee:me,none,\"Ann Bell\"", "Assignee me none Ann Bell")]
    [InlineData("created:2026-01-31", "Created 2026-01-31T00:00..2026-02-01T00:00")]
    [InlineData("created>2026-01-31", "Created 2026-02-01T00:00..")]
    [InlineData("created>=2026-01-31", "Created 2026-01-31T00:00..")]
    [InlineData("created<2026-01-31", "Created ..2026-01-31T00:00")]
    [InlineData("created<=yesterday", "Created ..2026-11-20T00:00")]
    [InlineData("updated<4hours", "Updated 2026-11-20T05:30..")]
    [InlineData("updated>2weeks", "Updated ..2026-11-06T09:30")]
    [InlineData("due<4hours", "Due ..2026-11-20T13:30")]
    [InlineData("due>1day", "Due 2026-11-21T09:30..")]
    [InlineData("solved:none", "Solved ..")]
    [InlineData("solved>2026-01-31T09:30Z", "Solved 2026-01-31T09:30..")]
    [InlineData("solved>2026-01-31T09:30:00+02:00", "Solved 2026-01-31T07:30..")]
    [InlineData("cf.floor>3.5 cf.vip:TRUE cf.line:Fibre", "cf floor > 3.5; cf vip : true; cf line : fibre")]
    [InlineData("cf.floor:none", "cf floor : ")]
    public void A_clause_means_this(string query, string expected) => Assert.Equal(expected, string.Join("; ", Read(query).Value.Select(Told)));

    [Theory]
    [InlineData("status:opne", 7, "in_progress")]
    [InlineData("status:open,opne", 12, "in_progress")]
    [InlineData("priority>very", 9, "urgent")]
    [InlineData("created>soon", 8, "yesterday")]
    [InlineData("created:4hours", 8, "yesterday")]
    [InlineData("created>9999999years", 8, null)]
    [InlineData("created>0001-01-01", 8, "yesterday")]
    [InlineData("is:happy", 3, "escalated")]
    [InlineData("has:escalated", 4, "attachment")]
    [InlineData("cf.nope:1", 0, "cf.floor")]
    [InlineData("cf.floor:high", 9, null)]
    [InlineData("cf.line:copper", 8, "fibre")]
    [InlineData("cf.note>a", 0, null)]
    [InlineData("created:none", 8, "yesterday")]
    public void A_value_that_means_nothing_is_refused_with_its_position_and_what_there_is(string query, int position, string? allowed)
    {
        var problem = Read(query).Problem!;
        Assert.Equal(("query_syntax", position), (problem.Code, problem.Position));
        if (allowed is not null) Assert.Contains(allowed, problem.Allowed);
    }

    [Fact]
    public void Days_are_those_of_the_tenants_zone()
    {
        var zone = TimeZoneInfo.CreateCustomTimeZone("east", TimeSpan.FromHours(14), "east", "east");
        var read = new SearchReading(Rules, Now, zone).Read(SearchQuery.Parse("created:today").Value).Value;
        Assert.Equal("Created 2026-11-19T10:00..2026-11-20T10:00", Told(read.Single()));
    }

    [Fact]
    public void No_query_makes_the_reading_throw() => Prop.ForAll(
        Gen.Elements("created", "due", "priority", "cf.floor", "cf.due", "status", "is").SelectMany(f => Gen.Elements(":", "<", ">=").SelectMany(o =>
            Gen.OneOf(ArbMap.Default.GeneratorFor<int>().Select(n => n + "years"), Gen.Elements("9999-12-31", "0001-01-01", "9999999days", "today", "tomorrow", "none", "1e9", "-1", "2026-02-30"), ArbMap.Default.GeneratorFor<NonEmptyString>().Select(s => s.Get))
                .Select(v => f + o + v))).ToArbitrary(),
        text =>
        {
            var parsed = SearchQuery.Parse(text);
            return parsed.Problem is not null || new SearchReading(Rules, Now, TimeZoneInfo.Utc).Read(parsed.Value) is { Problem: null or { Position: not null } };
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    private static Outcome<ImmutableArray<SearchCondition>> Read(string query) => new SearchReading(Rules, Now, TimeZoneInfo.Utc).Read(SearchQuery.Parse(query).Value);

    private static string Told(SearchCondition condition) => (condition.Negated ? "not " : "") + condition switch
    {
        ChoiceCondition c => $"{c.Field} {string.Join(' ', c.Values)}",
        PriorityCondition c => $"Priority {string.Join(' ', c.Priorities)}",
        NamedCondition c => $"{c.Field} {string.Join(' ', c.Names.Select(n => n.Text))}",
        TimeCondition c => $"{c.Field} {string.Join(' ', c.Spans.Select(s => $"{s.From:yyyy-MM-dd'T'HH:mm}..{s.Until:yyyy-MM-dd'T'HH:mm}"))}",
        TraitCondition c => $"Is {string.Join(' ', c.Traits)}",
        CustomCondition c => $"cf {c.Key} {SearchFields.Sign(c.Comparison)} {string.Join(' ', c.Values)}",
        _ => "?",
    };
}

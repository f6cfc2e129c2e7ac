namespace Deskhand.Tickets;

public sealed class MergeTests
{
    private static readonly Ticket Target = Desk.In("open") with { Fields = Desk.In("open").Fields with { Tags = ["a"] }, FollowerIds = [Desk.Ann] };
    private static readonly Ticket Source = Desk.In("pending_customer") with { Id = Desk.Id(60), Reference = "TICKET-2026-000043", Fields = Desk.In("open").Fields with { Tags = ["a", "b"] }, FollowerIds = [Desk.Ann, Desk.Bob] };

    private static Merge Going(Ticket? source = null) => Merge.Of(Target, [(source ?? Source, Desk.Id(61))], Desk.Noon)[0];

    [Fact]
    public void The_target_takes_tags_and_followers_and_notes_who_came()
    {
        var decision = Target.Must(new TicketChange.TakeIn([Source], [Going()], Desk.Id(70), "the same outage"));
        Assert.Equal("a b", string.Join(' ', decision.After.Fields.Tags));
        Assert.Equal(new[] { Desk.Ann, Desk.Bob }, decision.After.FollowerIds.ToArray());
        Assert.Equal(["ticket.merged", "ticket.commented"], decision.Types());
        Assert.Equal((Visibility.Internal, ActorKind.System), (decision.Comment!.Visibility, decision.Comment.AuthorKind));
        Assert.Contains("TICKET-2026-000043", decision.Comment.Body, StringComparison.Ordinal);
        Assert.Contains("the same outage", decision.Comment.Body, StringComparison.Ordinal);
    }

    [Fact]
    public void The_source_closes_from_any_status_and_comes_back_to_the_one_it_had()
    {
        foreach (var workflow in ReadyWorkflows.All.Where(w => w.Statuses.Any(s => s.Category == StatusCategory.Closed)))
            foreach (var status in workflow.Statuses)
            {
                var source = Desk.In(status.Key, workflow) with { Id = Desk.Id(60) };
                var rules = Desk.Rulebook(workflow);
                var merged = source.Must(new TicketChange.MergeInto(Going(source), Target, Desk.Id(70), null), rules: rules);
                Assert.Equal((StatusCategory.Closed, Target.Id), (merged.After.StatusCategory, merged.After.MergedIntoId));
                Assert.Equal($"Merged into {Target.Reference}", merged.Reason);
                Assert.Equal("merged_already", merged.After.Refused(new TicketChange.MergeInto(Going(source), Target, Desk.Id(70), null), rules: rules).Code);
                Assert.Equal("ticket_merged", merged.After.Refused(new TicketChange.AddComment(Desk.Saying(Visibility.Public)), rules: rules).Code);

                var back = merged.After.Must(new TicketChange.ComeBack(new(Going(source), Target.Id, []), Target, Desk.Id(71)), Desk.By(Desk.Admin, 100), rules).After;
                Assert.Equal((source.Status, source.StatusCategory, source.SolvedAt, source.ClosedAt, (Guid?)null), (back.Status, back.StatusCategory, back.SolvedAt, back.ClosedAt, back.MergedIntoId));
            }
    }

    [Fact]
    public void A_merge_is_taken_back_for_thirty_days()
    {
        var merged = Source.Must(new TicketChange.MergeInto(Going(), Target, Desk.Id(70), null)).After;
        var back = new TicketChange.ComeBack(new(Going(), Target.Id, []), Target, Desk.Id(71));
        Assert.Null(merged.Decide(back, Desk.By(Desk.Admin, 30 * 24 * 60)).Problem);
        Assert.Equal("unmerge_ended", merged.Refused(back, Desk.By(Desk.Admin, (30 * 24 * 60) + 1)).Code);
        Assert.Equal("not_merged", Source.Refused(back).Code);
    }

    [Fact]
    public void Out_of_a_deleted_ticket_a_merge_is_taken_back_at_any_time_by_who_may_delete()
    {
        var merged = Source.Must(new TicketChange.MergeInto(Going(), Target, Desk.Id(70), null)).After;
        var back = new TicketChange.ComeBack(new(Going(), Target.Id, []), Target with { DeletedAt = Desk.Noon }, Desk.Id(71));
        Assert.Null(merged.Must(back, Desk.By(Desk.Admin, 300 * 24 * 60)).After.MergedIntoId);
        var refused = merged.Refused(back, Desk.By(Desk.With(Access.Permission.TicketsUpdate)));
        Assert.Equal("forbidden", refused.Code);
        Assert.Contains($"{Target.Reference} was deleted", refused.Message, StringComparison.Ordinal);
        Assert.Contains("tickets:delete", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tag_that_two_sources_bring_counts_for_the_first() =>
        Assert.Equal(["b", ""], Merge.Of(Target, [(Source, Desk.Id(61)), (Source with { Id = Desk.Id(62) }, Desk.Id(63))], Desk.Noon).Select(m => string.Join(' ', m.AddedTags)));

    [Fact]
    public void A_closed_target_takes_nothing_in_and_too_many_tags_are_refused()
    {
        Assert.Equal("ticket_closed", Desk.In("closed").Refused(new TicketChange.TakeIn([Source], [Going()], Desk.Id(70), null)).Code);
        var many = Going() with { AddedTags = [.. Enumerable.Range(0, TicketRules.TagCount).Select(i => $"t{i}")] };
        Assert.Contains("sourceIds", Target.Refused(new TicketChange.TakeIn([Source], [many], Desk.Id(70), null)).Errors.Keys);
    }

    [Theory]
    [InlineData(LinkKind.Relates, LinkKind.Relates)]
    [InlineData(LinkKind.Duplicates, LinkKind.DuplicatedBy)]
    [InlineData(LinkKind.DuplicatedBy, LinkKind.Duplicates)]
    [InlineData(LinkKind.Blocks, LinkKind.BlockedBy)]
    [InlineData(LinkKind.BlockedBy, LinkKind.Blocks)]
    public void A_link_is_seen_from_both_ends(LinkKind kind, LinkKind fromOther)
    {
        var link = TicketLink.Of(Desk.Id(70), Desk.Ticket, kind, Source.Id);
        Assert.Equal((kind, fromOther), (link.SeenFrom(Desk.Ticket), link.SeenFrom(Source.Id)));
        Assert.Equal(link with { Id = Desk.Id(71) }, TicketLink.Of(Desk.Id(71), Source.Id, fromOther, Desk.Ticket));
    }

    [Fact]
    public void What_stands_in_the_way_of_a_link_is_told()
    {
        var link = new TicketChange.Link(TicketLink.Of(Desk.Id(70), Desk.Ticket, LinkKind.Blocks, Source.Id));
        Assert.Equal("link_exists", Target.Refused(link, Desk.Knowing(new() { HasLink = true })).Code);
        Assert.Equal("link_circle", Target.Refused(link, Desk.Knowing(new() { LinkClosesCircle = true })).Code);
        Assert.Equal("too_many_links", Target.Refused(link, Desk.Knowing(new() { Links = 100 })).Code);
        Assert.Equal("invalid", Target.Refused(new TicketChange.Link(new(Desk.Id(70), LinkKind.Relates, Desk.Ticket, Desk.Ticket))).Code);
        Assert.NotNull(Target.Must(link).Linked);
    }

    [Fact]
    public void Who_may_read_may_follow_and_nobody_else()
    {
        Assert.Equal("user_not_found", Target.Refused(new TicketChange.Follow(Desk.Bob), Desk.Knowing(Known.Nothing)).Code);
        Assert.Equal("invalid", Target.Refused(new TicketChange.Follow(Desk.Bob), Desk.Knowing(new() { Follower = false })).Code);
        var followed = Target.Must(new TicketChange.Follow(Desk.Bob)).After;
        Assert.Equal(new[] { Desk.Ann, Desk.Bob }, followed.FollowerIds.ToArray());
        Assert.Same(followed, followed.Must(new TicketChange.Follow(Desk.Bob)).After);
        Assert.Equal(new[] { Desk.Ann }, followed.Must(new TicketChange.Unfollow(Desk.Bob)).After.FollowerIds.ToArray());
        // oneself needs no right to change tickets
        Assert.Null(Target.Decide(new TicketChange.Unfollow(Desk.Ann), Desk.By(Desk.With())).Problem);
    }
}

using System.Collections.Immutable;
using Deskhand.Access;

namespace Deskhand.Tickets;

/// <content>Links between tickets, and who follows one.</content>
public sealed partial record TicketDecision
{
    /// <summary>The link that is new.</summary>
    public TicketLink? Linked { get; init; }

    /// <summary>The link that is taken away.</summary>
    public TicketLink? Unlinked { get; init; }

    private static Outcome<TicketDecision> LinkMade(Ticket before, TicketChange.Link change, Circumstances c)
    {
        if (Lacks(c, Permission.TicketsUpdate) is { } lacking) return lacking;
        var link = change.What;
        var other = link.FromId == before.Id ? link.ToId : link.FromId;
        if (other == before.Id) return Problem.Invalid("ticketId", "A ticket has no link to itself.");
        if (c.Known.HasLink) return Problem.Conflict("link_exists", "The two are linked like that already.");
        if (c.Known.LinkClosesCircle) return Problem.Conflict("link_circle", "The other ticket waits for this one already, so neither could ever begin.");
        if (c.Known.Links >= TicketLink.MostLinks) return Problem.Conflict("too_many_links", $"A ticket has at most {TicketLink.MostLinks} links.");
        return Updated(before, new FieldChange("links", null, Json.OfLink(link, before.Id)), c) with { Linked = link.FromId == before.Id ? link : null };
    }

    private static Outcome<TicketDecision> LinkTaken(Ticket before, TicketChange.Unlink change, Circumstances c)
    {
        if (Lacks(c, Permission.TicketsUpdate) is { } lacking) return lacking;
        return Updated(before, new FieldChange("links", Json.OfLink(change.What, before.Id), null), c) with { Unlinked = change.What.FromId == before.Id ? change.What : null };
    }

    /// <summary>Who may read a ticket may follow it; another is made a follower by who may change it.</summary>
    private static Outcome<TicketDecision> Followed(Ticket before, TicketChange.Follow change, Circumstances c)
    {
        if (change.UserId != c.By.Id && Lacks(c, Permission.TicketsUpdate) is { } lacking) return lacking;
        if (before.FollowerIds.Contains(change.UserId)) return Unchanged(before);
        if (c.Known.Follower is not { } mayRead) return Problem.UnknownReference("userId", "user");
        if (!mayRead) return Problem.Invalid("userId", "This user may not read the ticket.");
        if (before.FollowerIds.Length >= TicketRules.FollowerCount) return Problem.Conflict("too_many_followers", $"A ticket has at most {TicketRules.FollowerCount} followers.");
        return FollowersAre(before, [.. before.FollowerIds.Add(change.UserId).Order()], c);
    }

    private static Outcome<TicketDecision> Unfollowed(Ticket before, TicketChange.Unfollow change, Circumstances c)
    {
        if (change.UserId != c.By.Id && Lacks(c, Permission.TicketsUpdate) is { } lacking) return lacking;
        return before.FollowerIds.Contains(change.UserId) ? FollowersAre(before, before.FollowerIds.Remove(change.UserId), c) : Unchanged(before);
    }

    private static TicketDecision FollowersAre(Ticket before, ImmutableArray<Guid> followers, Circumstances c)
    {
        var after = Touch(before, c) with { FollowerIds = followers };
        var changes = TicketDiff.Followers(before, after);
        return Write(after, changes, null, [new("ticket.updated", changes)]);
    }
}

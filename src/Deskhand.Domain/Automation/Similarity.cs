using System.Collections.Immutable;
using Deskhand.Tickets;

namespace Deskhand.Automation;

/// <summary>Tickets that may have the same cause as a new one.</summary>
internal static class Similarity
{
    /// <summary>Half of the words of the shorter subject.</summary>
    private const double Enough = 0.5;

    /// <summary>Those made within an hour before a new ticket, for its customer or in its category, whose subject shares half of its words with it; newest first.</summary>
    public static ImmutableArray<RecentTicket> Of(RuleScene scene)
    {
        if (scene.Before is not null) return [];
        var ticket = scene.After;
        // the category of what nobody has sorted yet says nothing
        var category = string.Equals(ticket.Fields.Category, new TicketFields { Subject = "" }.Category, StringComparison.Ordinal) ? null : ticket.Fields.Category;
        if (ticket.Fields.CustomerId is null && category is null) return [];
        if (!scene.Knows(new Question.Recent(ticket.Id, ticket.Fields.CustomerId, category, ticket.CreatedAt.AddHours(-1)), out var recent)) return [];
        var words = WordsOf(ticket.Fields.Subject);
        return words.Count == 0 ? [] : [.. recent.Where(r => Alike(words, WordsOf(r.Subject)))];
    }

    private static bool Alike(HashSet<string> one, HashSet<string> other) =>
        other.Count > 0 && one.Count(other.Contains) >= Enough * Math.Min(one.Count, other.Count);

    /// <summary>Words of three letters or more: shorter ones say little.</summary>
    private static HashSet<string> WordsOf(string subject) => [.. TextWords.Of(subject).Split(' ').Where(w => w.Length >= 3)];
}

using System.Collections.Immutable;
using System.Numerics;

namespace Deskhand.Tickets;

/// <summary>How the newest tickets with some words are found.</summary>
internal enum WordsWay
{
    /// <summary>Tickets are looked at in their order until enough match: for words that are nearly everywhere.</summary>
    Look,

    /// <summary>All that match are gathered, and their facets compared: for rare words.</summary>
    Gather,

    /// <summary>All that match are gathered among those that have a facet: for facets that few tickets have.</summary>
    Cross,

    /// <summary>The matches of the last weeks are gathered, of more weeks while there are not enough: for all between.</summary>
    Weeks,
}

/// <summary>The cheapest way to the newest tickets with some words, by what the statistics say.</summary>
/// <param name="Way">The way.</param>
/// <param name="Weeks">With how many weeks to begin, where it takes some.</param>
/// <param name="Within">Among how many at most they are looked at in their order; null without a limit. One of few numbers, as each is a statement of its own.</param>
internal sealed record NewestByWords(WordsWay Way, int Weeks, int? Within)
{
    // microseconds at a million tickets: to pass over a ticket, to compare its facets, to look at its document, to fetch a match from the index, and its ticket
    private const double ToPass = 1;
    private const double ToCompare = 0.4;
    private const double ToLook = 8;
    private const double ToFetch = 1.5;
    private const double ToFetchTicket = 5;

    // to ask the index for one more list, which is a week or what of it has a facet, to read one entry of it, to go on in a long list from there, which is
    // near by for what was changed in the same weeks, and to take in a match of a beginning, of which all are gathered, of all weeks, with each question
    private const double ToAsk = 25;
    private const double ToRead = 0.015;
    private const double ToSkip = 1.5;
    private const double ToSkipFar = 10;
    private const double ToTakeIn = 0.4;

    /// <summary>More weeks than expected are asked for at once, because a second question costs more than a few tickets too many.</summary>
    private const double Generous = 1.5;
    private const double GenerousWithBeginnings = 4;

    /// <summary>What fits a filter may stand much closer in the last weeks than over the years: what is open is new.</summary>
    private const double Uneven = 5;

    /// <summary>Words that the statistics do not know are estimated with the most they may be in; together they are in a part of it.</summary>
    private const double Unknown = 0.25;

    /// <summary>In so few weeks <c>search_tickets</c> asks the index for two facets, otherwise for one; the others it compares.</summary>
    private const int FewWeeks = 8;

    private static readonly DateTimeOffset FirstMonday = new(2000, 1, 3, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Chooses.</summary>
    /// <param name="plan">The words.</param>
    /// <param name="beside">What is asked beside them.</param>
    /// <param name="wanted">How many are to be found.</param>
    /// <param name="from">Where to begin.</param>
    public static NewestByWords Choose(SearchPlan plan, BesideWords beside, int wanted, DateTimeOffset from)
    {
        var documents = Math.Max(1.0, plan.Documents);
        var matches = Math.Max(1.0, plan.Estimate);
        var fitting = Math.Max(1.0, (plan.IsRare ? Unknown : 1) * matches * Math.Min(1, beside.Tickets / documents));
        var span = plan.Oldest is { } oldest ? Math.Max(1, Week(from) - Week(oldest) + 1) : 1;
        var uneven = beside.IsRecent ? Uneven : 1;
        // what fits, as if it stood so close in all weeks as in the last
        var closer = Math.Min(matches, uneven * fitting);
        var weeks = (int)Math.Clamp(Math.Ceiling((plan.HasBeginnings ? GenerousWithBeginnings : Generous) * wanted * span / closer), 1, span);
        var (rarest, crossed) = (beside.Facets.FirstOrDefault(), beside.Facets.Take(weeks <= FewWeeks ? 2 : 1).ToList());
        var faceted = Math.Min(1, beside.Faceted / documents);
        // what of all tickets is read in the lists of these weeks
        var part = Math.Min(1, uneven * weeks / span);
        // what may not be there at all would be looked for to the end
        var toLook = (plan.IsRare ? beside.Tickets : Math.Min(beside.Tickets, wanted * documents / matches)) * ToLook;
        var walked = Math.Min(documents, wanted * documents / closer);
        var takeIn = plan.HasBeginnings ? matches * ToTakeIn : 0;
        var toLookAgain = beside.IsIndexed ? 0 : matches * faceted * ToFetchTicket;
        // of what the index finds, the other facets are compared
        var found = crossed.Count == beside.Facets.Length ? matches * faceted * ToFetch : matches * crossed.Aggregate(1.0, (share, f) => share * f.Tickets / documents) * (ToFetch + ToCompare);
        double Read(double entries, double near, double skip) => Math.Min((entries + near) * ToRead, Math.Min(entries, near) * skip);
        (WordsWay Way, double Cost)[] ways =
        [
            (WordsWay.Look, beside.IsSlow ? double.PositiveInfinity : toLook + (beside.IsListed || !beside.IsIndexed ? 0 : walked * ToPass)),
            (WordsWay.Gather, takeIn + (matches * (ToFetch + (rarest is null ? 0 : ToCompare))) + toLookAgain),
            (WordsWay.Cross, rarest is null ? double.PositiveInfinity
                : takeIn + Read(rarest.Tickets, matches, ToSkipFar) + (matches * rarest.Tickets / documents * (ToFetch + (beside.Facets.Length > 1 ? ToCompare : 0))) + toLookAgain),
            (WordsWay.Weeks, plan.IsRare && weeks > FewWeeks ? double.PositiveInfinity // they would have to be guessed
                : takeIn + (weeks * (rarest is null ? 1 : crossed.Sum(f => f.Lists)) * ToAsk) + Read(part * (rarest?.Tickets ?? documents), matches, ToSkip)
                    + (part * crossed.Skip(1).Sum(f => f.Tickets) * ToRead) + (part * (found + toLookAgain))),
        ];
        // what fits may begin far back, of which the statistics say nothing
        return new(ways.MinBy(w => w.Cost).Way, weeks, rarest is null ? null : (int)BitOperations.RoundUpToPowerOf2((uint)(Uneven * walked)));
    }

    /// <summary>How many weeks more to ask for, when some were not enough: as many as the tickets found there promise, at most four times as many.</summary>
    public static int More(int missing, int found, int asked) => (int)Math.Clamp(Math.Ceiling(Generous * missing * asked / Math.Max(found, 0.1)), 1, 4.0 * asked);

    /// <summary>The week of an instant, as <c>search_week</c> counts them.</summary>
    public static int Week(DateTimeOffset at) => (int)Math.Floor((at - FirstMonday).TotalDays / 7);

    /// <summary>When a week begins.</summary>
    public static DateTimeOffset Begin(int week) => FirstMonday.AddDays(7.0 * week);
}

/// <summary>What is asked beside words, by estimates.</summary>
/// <param name="Tickets">How many fit all of it.</param>
/// <param name="Facets">The conditions that the index knows, the one first that fewest fit.</param>
/// <param name="Faceted">How many fit all that the index knows.</param>
/// <param name="IsIndexed">Whether it knows everything that is asked, so that it names no ticket that does not fit.</param>
/// <param name="IsListed">Whether these tickets have an index in the order of the list.</param>
/// <param name="IsRecent">Whether they are mostly of the last weeks.</param>
/// <param name="IsSlow">Whether a ticket in hand does not tell by itself that it fits.</param>
internal sealed record BesideWords(long Tickets, ImmutableArray<FacetSize> Facets, long Faceted, bool IsIndexed, bool IsListed, bool IsRecent, bool IsSlow);

/// <summary>A condition that the index knows, by estimates.</summary>
/// <param name="Tickets">How many fit it.</param>
/// <param name="Lists">In how many lists of the index they are, in each week.</param>
internal sealed record FacetSize(long Tickets, int Lists);

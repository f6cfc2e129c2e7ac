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
internal sealed record NewestByWords(WordsWay Way, int Weeks)
{
    // microseconds at a million tickets: to pass over a ticket, to compare its facets, to look at its document, to fetch a match from the index, and its ticket
    private const double ToPass = 0.6;
    private const double ToCompare = 2;
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
        var fitting = Math.Max(1.0, matches * Math.Min(1, beside.Tickets / documents));
        var span = plan.Oldest is { } oldest ? Math.Max(1, Week(from) - Week(oldest) + 1) : 1;
        // what fits, as if it stood so close in all weeks as in the last
        var closer = Math.Min(matches, beside.IsRecent ? Uneven * fitting : fitting);
        var weeks = (int)Math.Clamp(Math.Ceiling((plan.HasBeginnings ? GenerousWithBeginnings : Generous) * wanted * span / closer), 1, span);
        var (listed, faceted, part) = (Math.Min(1, beside.Rarest / documents), Math.Min(1, beside.Faceted / documents), weeks / (double)span);
        // what is read of the lists of the facet, of all time and of these weeks, and what is found there
        var (all, some) = (documents * listed, documents * listed * Math.Min(1, Uneven * part));
        var toLook = Math.Min(beside.Tickets, wanted * documents / matches) * ToLook;
        var takeIn = plan.HasBeginnings ? matches * ToTakeIn : 0;
        var toLookAgain = beside.IsIndexed ? 0 : matches * faceted * ToFetchTicket;
        var found = (matches * listed * (ToFetch + (beside.Facets > 1 ? ToCompare : 0))) + toLookAgain;
        (WordsWay Way, double Cost)[] ways =
        [
            (WordsWay.Look, toLook + (beside.IsListed || !beside.IsIndexed ? 0 : Math.Min(documents, wanted * documents / closer) * (beside.Facets > 0 ? ToCompare : ToPass))),
            (WordsWay.Gather, takeIn + (matches * (ToFetch + (beside.Facets > 0 ? ToCompare : 0))) + toLookAgain),
            (WordsWay.Cross, beside.Facets == 0 ? double.PositiveInfinity : takeIn + Math.Min((all + matches) * ToRead, Math.Min(all, matches) * ToSkipFar) + found),
            (WordsWay.Weeks, plan.IsRare ? double.PositiveInfinity // they would have to be guessed
                : takeIn + (weeks * beside.Lists * ToAsk) + Math.Min((some + matches) * ToRead, Math.Min(some, matches) * ToSkip) + (found * Math.Min(1, Uneven * part))),
        ];
        return new(ways.MinBy(w => w.Cost).Way, weeks);
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
/// <param name="Facets">How many conditions of it the index knows.</param>
/// <param name="Rarest">How many fit the one of these that fewest fit; all there are without one.</param>
/// <param name="Lists">How many lists of the index that one is, in each week.</param>
/// <param name="Faceted">How many fit all that the index knows.</param>
/// <param name="IsIndexed">Whether it knows everything that is asked, so that it names no ticket that does not fit.</param>
/// <param name="IsListed">Whether these tickets have an index in the order of the list.</param>
/// <param name="IsRecent">Whether they are mostly of the last weeks.</param>
internal sealed record BesideWords(long Tickets, int Facets, long Rarest, int Lists, long Faceted, bool IsIndexed, bool IsListed, bool IsRecent)
{
    /// <summary>Nothing but words, or what the index does not know.</summary>
    public static BesideWords Unknown(long tickets, long documents, bool isIndexed) => new(tickets, 0, documents, 1, documents, isIndexed, false, false);
}

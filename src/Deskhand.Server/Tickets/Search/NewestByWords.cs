namespace Deskhand.Tickets;

/// <summary>How the newest tickets with some words are found.</summary>
internal enum WordsWay
{
    /// <summary>Tickets are looked at in their order until enough match: for words that are nearly everywhere, or filters that leave few tickets.</summary>
    Look,

    /// <summary>All that match are gathered: for rare words.</summary>
    Gather,

    /// <summary>The matches of the last weeks are gathered, of more weeks while there are not enough: for all between.</summary>
    Weeks,
}

/// <summary>The cheapest way to the newest tickets with some words, by what the statistics say.</summary>
/// <param name="Way">The way.</param>
/// <param name="Weeks">With how many weeks to begin.</param>
internal sealed record NewestByWords(WordsWay Way, int Weeks)
{
    // microseconds at a million tickets: to look at a document, to pass over a match of the words that has not the status, to fetch a match from the
    // index, and its ticket too
    private const double ToLook = 15;
    private const double ToPass = 0.6;
    private const double ToFetch = 1.5;
    private const double ToFetchTicket = 5;

    // to ask the index for one more week, for one of unsolved tickets, and for one of tickets of a status, which are many in the last weeks
    private const double ToAskAWeek = 150;
    private const double ToAskAnUnsolvedWeek = 50;
    private const double ToAskAFacetedWeek = 450;

    /// <summary>More weeks than expected are asked for at once, because a second question costs more than a few tickets too many.</summary>
    private const double Generous = 1.5;

    /// <summary>All words that begin so are gathered, of all weeks, with each question.</summary>
    private const double GenerousWithBeginnings = 4;

    /// <summary>What fits a filter may stand much closer in the last weeks than over the years: what is open is new.</summary>
    private const double Uneven = 5;

    private static readonly DateTimeOffset FirstMonday = new(2000, 1, 3, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Chooses.</summary>
    /// <param name="plan">The words.</param>
    /// <param name="beside">How many tickets fit everything but the words, about.</param>
    /// <param name="isIndexed">Whether the index knows everything that is asked, so that it names no ticket that does not fit.</param>
    /// <param name="hasFacets">Whether it is asked for more words than are looked for.</param>
    /// <param name="isUnsolved">Whether it is asked for unsolved tickets only, which have weeks of their own.</param>
    /// <param name="wanted">How many are to be found.</param>
    /// <param name="from">Where to begin.</param>
    public static NewestByWords Choose(SearchPlan plan, long beside, bool isIndexed, bool hasFacets, bool isUnsolved, int wanted, DateTimeOffset from)
    {
        var documents = Math.Max(1.0, plan.Documents);
        var matches = Math.Max(1.0, plan.Estimate);
        var fitting = Math.Max(1.0, matches * Math.Min(1, beside / documents));
        var span = plan.Oldest is { } oldest ? Math.Max(1, Week(from) - Week(oldest) + 1) : 1;
        var weeks = (int)Math.Clamp(Math.Ceiling((plan.HasBeginnings ? GenerousWithBeginnings : Generous) * wanted * span / fitting), 1, span);

        var look = Math.Min(beside, wanted * documents / matches) * ToLook;
        var fetch = isIndexed ? fitting * ToFetch : matches * ToFetchTicket;
        var pass = isIndexed ? matches * ToPass : 0;
        var gather = fetch + (hasFacets || isUnsolved ? pass : 0);
        var askAWeek = hasFacets ? ToAskAFacetedWeek : isUnsolved ? ToAskAnUnsolvedWeek : ToAskAWeek;
        var byWeeks = weeks * askAWeek + Math.Min(gather, Uneven * (hasFacets ? gather : fetch) * weeks / span);
        return look < gather && look < byWeeks ? new(WordsWay.Look, 0)
            // weeks would have to be guessed
            : gather <= byWeeks || plan.IsRare ? new(WordsWay.Gather, 0)
            : new(WordsWay.Weeks, weeks);
    }

    /// <summary>How many weeks more to ask for, when some were not enough: as many as the tickets found there promise, at most four times as many.</summary>
    public static int More(int missing, int found, int asked) => (int)Math.Clamp(Math.Ceiling(Generous * missing * asked / Math.Max(found, 0.1)), 1, 4.0 * asked);

    /// <summary>The week of an instant, as <c>search_week</c> counts them.</summary>
    public static int Week(DateTimeOffset at) => (int)Math.Floor((at - FirstMonday).TotalDays / 7);

    /// <summary>When a week begins.</summary>
    public static DateTimeOffset Begin(int week) => FirstMonday.AddDays(7.0 * week);
}

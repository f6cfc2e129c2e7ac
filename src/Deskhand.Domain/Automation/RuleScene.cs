using System.Collections.Immutable;
using Deskhand.Search;
using Deskhand.Tickets;

namespace Deskhand.Automation;

/// <summary>What a rule sees: the ticket before the change and as it is now, what happened, who did it, and what is known. Lives for one decision.</summary>
public sealed class RuleScene(Ticket? before, Ticket after, ImmutableArray<TicketEvent> events, Comment? comment, Rulebook rulebook, Circumstances c)
{
    // by reference: to hash a long text costs as much as to look a word up in it
    private readonly Dictionary<object, string> folded = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<Question> asks = [];
    private int ids;
    private DateTimeOffset? local;
    private string? said;

    /// <summary>The ticket before the change; null when it is new.</summary>
    public Ticket? Before { get; } = before;

    /// <summary>The ticket as the change and the rules so far have left it.</summary>
    public Ticket After { get; internal set; } = after;

    /// <summary>What the ticket is called, when it is new and a text says it.</summary>
    internal NewName? Drawn { get; set; }

    /// <summary>What the change is told as.</summary>
    public ImmutableArray<TicketEvent> Events { get; } = events;

    /// <summary>What was said with the change, if anything.</summary>
    public Comment? Comment { get; } = comment;

    public Rulebook Rulebook { get; } = rulebook;

    public Actor By => c.By;

    public DateTimeOffset Now => c.Now;

    /// <summary>The instant on the tenant's clocks.</summary>
    public DateTimeOffset Local => local ??= TimeZoneInfo.TryFindSystemTimeZoneById(Rulebook.TimeZone, out var zone) ? TimeZoneInfo.ConvertTime(c.Now, zone) : c.Now.ToUniversalTime();

    /// <summary>What could not be answered so far.</summary>
    public IReadOnlyCollection<Question> Asks => asks;

    /// <summary>The words of the change: subject and description of a new ticket, or the comment.</summary>
    public string Said => said ??= Comment is { } words ? words.Body : Before is null ? After.Fields.Subject + "\n" + After.Fields.Description : "";

    /// <summary>The answer, or false when it is yet to be looked up.</summary>
    public bool Knows<T>(Question<T> question, out T answer)
    {
        if (c.Known.Answers.TryGetValue(question, out var known))
        {
            answer = (T)known!;
            return true;
        }

        asks.Add(question);
        answer = default!;
        return false;
    }

    /// <summary>An id for something new; false when it is yet to be drawn.</summary>
    public bool NewId(out Guid id) => Knows(new Question.NewId(ids++), out id);

    /// <summary>A text as words with single spaces between and around them, folded; folded once for all rules.</summary>
    internal string Words(string text)
    {
        if (!folded.TryGetValue(text, out var words)) folded[text] = words = TextWords.Of(text);
        return words;
    }
}

/// <summary>Text as words that can be looked for whatever the language: lower case, no accents, nothing but letters and digits.</summary>
public static class TextWords
{
    /// <summary>The words with single spaces between and around them: <c>Can’t  access!</c> becomes <c>" can t access "</c>.</summary>
    public static string Of(string text)
    {
        var fold = Folding.Fold(text);
        var words = new char[fold.Length + 2];
        var n = 0;
        words[n++] = ' ';
        foreach (var c in fold)
        {
            if (char.IsLetterOrDigit(c)) words[n++] = c;
            else if (words[n - 1] != ' ') words[n++] = ' ';
        }

        if (words[n - 1] != ' ') words[n++] = ' ';
        return new string(words, 0, n);
    }
}

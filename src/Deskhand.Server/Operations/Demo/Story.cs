using System.Collections.Immutable;
using Deskhand.Tickets;

namespace Deskhand.Operations.Demo;

/// <summary>Whom a story may happen to.</summary>
internal enum Audience
{
    Anybody,
    Business,
}

/// <summary>
/// A kind of ticket and how it goes. Texts may hold {first} (the contact), {agent}, {customer}, {site}, {city}, {asset}, {ont}, {n} (a number of this ticket).
/// </summary>
/// <param name="Group">Whose queue it starts in.</param>
/// <param name="Category">Category key, with its subcategory behind a slash.</param>
/// <param name="Type">The kind of request.</param>
/// <param name="Priority">How it starts.</param>
/// <param name="Subjects">One of these.</param>
/// <param name="Opening">What the customer says first.</param>
internal sealed record Story(string Group, string Category, TicketType Type, Priority Priority, string[] Subjects, string Opening)
{
    public Audience For { get; init; }

    public bool IsSpanish { get; init; }

    /// <summary>How often it happens, next to the others.</summary>
    public int Weight { get; init; } = 10;

    public string[] Tags { get; init; } = [];

    /// <summary>Through what it comes; one of these.</summary>
    public Channel[] Channels { get; init; } = [Channel.Email, Channel.Email, Channel.Phone, Channel.Web];

    /// <summary>Whether it is about a line, which has then a number and a serial.</summary>
    public bool AboutLine { get; init; }

    /// <summary>Minutes without service, at least and at most; none when both are 0.</summary>
    public (int Least, int Most) Downtime { get; init; }

    /// <summary>Days until it is due; 0 = not set.</summary>
    public int DueInDays { get; init; }

    public ImmutableArray<Line> Lines { get; init; } = [];

    /// <summary>
    /// The conversation, a line each: <c>A</c> the agent, <c>?</c> the agent asks and waits, <c>N</c> a note, <c>F</c> a note from the field, <c>H</c> a note and on hold,
    /// <c>C</c> the customer, <c>*</c> the agent solves, <c>@name|</c> the agent with a file, <c>&gt;group|</c> handed over with a reason, <c>!level|</c> escalated with a reason.
    /// </summary>
    public string Script
    {
        init => Lines = [.. value.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Line.Read)];
    }
}

/// <summary>What happens in one line of a story.</summary>
internal enum Beat
{
    Say,
    Ask,
    Note,
    FieldNote,
    Hold,
    Customer,
    Solve,
    File,
    HandOver,
    Escalate,
}

/// <summary>One line of a story.</summary>
/// <param name="Beat">What happens.</param>
/// <param name="With">The file's name, the group or the level.</param>
/// <param name="Text">The words.</param>
internal sealed record Line(Beat Beat, string With, string Text)
{
    public static Line Read(string line)
    {
        var beat = line[0] switch
        {
            'A' => Beat.Say,
            '?' => Beat.Ask,
            'N' => Beat.Note,
            'F' => Beat.FieldNote,
            'H' => Beat.Hold,
            'C' => Beat.Customer,
            '*' => Beat.Solve,
            '@' => Beat.File,
            '>' => Beat.HandOver,
            '!' => Beat.Escalate,
            _ => throw new FormatException($"No such beat: {line}"),
        };
        if (beat is not (Beat.File or Beat.HandOver or Beat.Escalate)) return new(beat, "", line[1..].Trim());
        var bar = line.IndexOf('|', StringComparison.Ordinal);
        return new(beat, line[1..bar], line[(bar + 1)..].Trim());
    }
}

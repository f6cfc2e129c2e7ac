namespace Deskhand.Bench.Loading;

/// <summary>How much is loaded, and the instant at which the loaded history ends.</summary>
internal sealed record LoadSize(int Tickets, int Comments, int Customers, int Agents, int Groups, ulong Seed)
{
    public static readonly DateTime End = new(2026, 10, 31, 0, 0, 0, DateTimeKind.Utc);
    public static readonly DateTime Start = End.AddYears(-3);
}

internal sealed record Person(Guid Id, string First, string Last);

/// <summary>What is decided once for a ticket, so that its row, its comments and its history tell the same story.</summary>
internal readonly record struct TicketPlan(
    Guid Id, DateTime CreatedAt, DateTime UpdatedAt, byte Status, byte Priority, byte Type, byte Category, byte Channel,
    int Customer, int Contact, sbyte Assignee, sbyte Group, byte Comments, DateTime? FirstRespondedAt, DateTime? SolvedAt, DateTime? ClosedAt);

/// <summary>
/// The people and tickets of one tenant after three years: most tickets are closed, a few agents do most of the work, customers follow Zipf's
/// law (the busiest has about a twelfth of all tickets), comments are unevenly spread.
/// </summary>
internal sealed class TenantPlan
{
    public static readonly string[] Statuses = ["new", "open", "in_progress", "pending_customer", "waiting_internal", "resolved", "closed"];
    public static readonly string[] StatusCategories = ["new", "open", "open", "pending", "on_hold", "solved", "closed"];
    public static readonly string[] Priorities = ["low", "normal", "high", "urgent"]; // stored as 1 to 4
    public static readonly string[] Types = ["question", "incident", "problem", "task"];
    public static readonly string[] Categories = ["technical_support", "billing", "account", "general_inquiry", "complaint", "feature_request", "other"];
    public static readonly string[] Channels = ["email", "web", "api", "chat", "phone", "whatsapp"];
    public static readonly string[] Tiers = ["bronze", "silver", "gold", "platinum"];
    public static readonly string[] Tags = ["vip", "onsite", "hardware", "network", "refund", "training", "renewal", "follow-up"];

    private const int Closed = 6;
    private const int Resolved = 5;

    private static readonly string[] FirstNames =
        ["Ada", "Ben", "Carla", "Dumisani", "Elena", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Khadija", "Liam", "Mpho", "Nadia", "Oscar", "Priya", "Quentin", "Rosa", "Sipho", "Tara", "Uwe", "Vera", "Wei", "Yusuf", "Zoe"];

    private static readonly string[] LastNames =
        ["Abbott", "Botha", "Castillo", "Dlamini", "Evans", "Fischer", "Garcia", "Hassan", "Ivanova", "Jansen", "Khumalo", "Lopez", "Moyo", "Naidoo", "Olsen", "Patel", "Quinn", "Reyes", "Smit", "Torres", "Ueda", "Vilakazi", "Weber", "Young", "Zulu"];

    public TenantPlan(LoadSize size)
    {
        Size = size;
        var draw = new Draw(size.Seed);
        Prose = new Prose(draw);
        Groups = [.. Enumerable.Range(0, size.Groups).Select(_ => draw.Id(LoadSize.Start))];
        Agents = [.. Enumerable.Range(0, size.Agents).Select(_ => Someone(draw, LoadSize.Start))];
        Customers = [.. Enumerable.Range(0, size.Customers).Select(_ => draw.Id(LoadSize.Start))];
        Contacts = [.. Enumerable.Range(0, size.Customers * 2).Select(_ => Someone(draw, LoadSize.Start))];
        Tickets = Plan(draw);
    }

    public LoadSize Size { get; }

    public Prose Prose { get; }

    public Guid[] Groups { get; }

    public Person[] Agents { get; }

    public Guid[] Customers { get; }

    /// <summary>Two for each customer: those of customer c stand at 2c and 2c + 1.</summary>
    public Person[] Contacts { get; }

    public TicketPlan[] Tickets { get; }

    private static Person Someone(Draw draw, DateTime at) => new(draw.Id(at), draw.One(FirstNames), draw.One(LastNames));

    private TicketPlan[] Plan(Draw draw)
    {
        var customers = Shares.Zipf(Size.Customers, 1.0);
        var agents = Shares.Zipf(Size.Agents, 0.6);
        var statuses = new Shares([0.01, 0.065, 0.03, 0.03, 0.01, 0.035, 0.82]);
        var priorities = new Shares([0.20, 0.60, 0.16, 0.04]);
        var types = new Shares([0.45, 0.35, 0.05, 0.15]);
        var categories = new Shares([0.42, 0.20, 0.12, 0.14, 0.05, 0.03, 0.04]);
        var channels = new Shares([0.55, 0.15, 0.10, 0.08, 0.07, 0.05]);
        // a mean of Comments / Tickets, from none to forty, most of them few
        var perTicket = (double)Size.Comments / Size.Tickets;
        var step = (LoadSize.End - LoadSize.Start) / Size.Tickets;

        var tickets = new TicketPlan[Size.Tickets];
        for (var i = 0; i < tickets.Length; i++)
        {
            var created = Microseconds(LoadSize.Start + (step * (i + draw.Fraction())));
            var status = (byte)statuses.Pick(draw);
            // a ticket of last week is seldom closed already
            if (status == Closed && LoadSize.End - created < TimeSpan.FromDays(5) && draw.Chance(0.7)) status = Resolved;
            DateTime? responded = status == 0 ? null : After(created, TimeSpan.FromHours(3), draw);
            DateTime? solved = status < Resolved ? null : After(responded!.Value, TimeSpan.FromDays(2), draw);
            DateTime? closed = status < Closed ? null : After(solved!.Value, TimeSpan.FromDays(4), draw);
            var updated = closed ?? solved ?? After(responded ?? created, TimeSpan.FromDays(6), draw);
            var customer = customers.Pick(draw);
            var assignee = status == 0 || draw.Chance(0.05) ? (sbyte)-1 : (sbyte)agents.Pick(draw);
            var comments = 0;
            while (comments < 40 && draw.Chance(perTicket / (1 + perTicket))) comments++;
            tickets[i] = new TicketPlan(draw.Id(created), created, updated, status, (byte)priorities.Pick(draw), (byte)types.Pick(draw),
                (byte)categories.Pick(draw), (byte)channels.Pick(draw), customer, (customer * 2) + draw.Below(2), assignee,
                assignee < 0 ? (sbyte)draw.Below(Size.Groups) : (sbyte)(assignee % Size.Groups), (byte)comments, responded, solved, closed);
        }
        return tickets;
    }

    /// <summary>Some time after <paramref name="earlier"/>, but before the end: no two tickets shall meet there.</summary>
    private static DateTime After(DateTime earlier, TimeSpan mean, Draw draw)
    {
        var at = earlier + draw.Wait(mean);
        return Microseconds(at < LoadSize.End ? at : earlier + ((LoadSize.End - earlier) * draw.Fraction()));
    }

    /// <summary>PostgreSQL keeps microseconds.</summary>
    private static DateTime Microseconds(DateTime at) => new(at.Ticks - (at.Ticks % TimeSpan.TicksPerMicrosecond), DateTimeKind.Utc);
}

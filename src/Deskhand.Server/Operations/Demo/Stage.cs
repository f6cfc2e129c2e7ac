using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Notifications;
using Deskhand.Outbox;
using Deskhand.Tickets;

namespace Deskhand.Operations.Demo;

/// <summary>Plays plots: each scene is one or several changes at the ticket's desk, at its time and by who would make it.</summary>
internal sealed class Stage(TenantSession session, TicketDesk desk, Rulebook rulebook, ChangeLog log, AttachmentStore store, Cast cast, StageClock clock, CancellationToken cancellationToken)
{
    private readonly Dictionary<int, Life> lives = [];

    /// <summary>A ticket that is being played.</summary>
    private sealed class Life(Client client, Requester requester, Installed? line, string site)
    {
        public Client Client { get; } = client;

        public Requester Requester { get; } = requester;

        public Installed? Line { get; } = line;

        public string Site { get; } = site;

        public Ticket Ticket { get; set; } = null!;

        public Player? Agent { get; set; }
    }

    /// <summary>What the clocks of tickets tell until an instant, each thing at its time.</summary>
    public async Task Pass(DateTimeOffset until)
    {
        while ((await session.Query("SELECT min(next_check_at) FROM ticket_sla WHERE tenant_id = $1", r => r.Instant(0), cancellationToken, Rows.P(session.TenantId)))[0] is { } at && at <= until)
        {
            // the desk's clocks show whole milliseconds
            clock.Set(at.AddMilliseconds(1));
            await desk.Tick(100, cancellationToken);
        }
    }

    public async Task Play(Plot plot, Scene scene)
    {
        clock.Set(scene.At);
        if (scene.Kind == SceneKind.Open)
        {
            lives[plot.Index] = await Open(plot);
            return;
        }

        var life = lives[plot.Index];
        switch (scene.Kind)
        {
            case SceneKind.Open:
                break;
            case SceneKind.Queue:
                await Do(life, Dispatcher(plot), new TicketChange.Assign(null, cast.Groups[plot.Story.Group], null));
                break;
            case SceneKind.Triage:
                life.Agent = cast.Takes(plot.Story.Group, plot.Story.IsSpanish, plot.Dice);
                await Do(life, Dispatcher(plot), new TicketChange.Assign(life.Agent.Id, cast.Groups[plot.Story.Group], null));
                await Move(life, Dispatcher(plot), First(StatusCategory.Open), null);
                break;
            case SceneKind.Line:
                await Say(plot, life, scene.Line!);
                break;
            case SceneKind.Close:
                if (life.Ticket.StatusCategory == StatusCategory.Solved)
                    await Move(life, Actor.System(Via.Timer), First(StatusCategory.Closed), "Solved for five days without an answer");
                break;
            case SceneKind.Rate:
                if (await SurveyAt.OfTicket(session, life.Ticket.Id, clock.GetUtcNow(), cancellationToken) is { } survey)
                    await SurveyAt.Rate(session, survey, scene.Rating!.Score, scene.Rating.Comment, clock.GetUtcNow(), log, cancellationToken);
                break;
        }
    }

    /// <summary>What happens between tickets at the end: second reports of one thing are merged, neighbours linked and followed, and some tagged together.</summary>
    public async Task Encore(DateTimeOffset at)
    {
        clock.Set(at);
        var (dispatcher, watcher) = (cast.Players["Lerato Mokoena"], cast.Players["Nomsa Dlamini"]);
        var open = lives.Values.Where(l => l.Ticket.StatusCategory is StatusCategory.New or StatusCategory.Open or StatusCategory.Pending or StatusCategory.OnHold).OrderBy(l => l.Ticket.Number).ToList();
        // of each status enough are left to be seen; who writes twice about one kind of thing means the same
        var enough = open.Where(l => open.Count(o => o.Ticket.Status == l.Ticket.Status) > 4).ToList();
        var merged = Pairs(enough, l => (l.Client.Account.Name, l.Ticket.Fields.Category, l.Ticket.Fields.Subcategory)).Take(2).ToList();
        var linked = Pairs(enough.Where(l => merged.TrueForAll(m => m.First != l.Ticket.Id && m.Last != l.Ticket.Id)), l => l.Client.Account.Name).Take(4).ToList();
        foreach (var (first, last) in merged)
            await Together(dispatcher.Actor, [first, last], t => MergeTickets.Steps(t[first], [t[last]], "The same trouble, reported twice", clock.GetUtcNow()));
        foreach (var (first, last) in linked)
        {
            var link = TicketLink.Of(Ids.New(clock.GetUtcNow()), first, LinkKind.Relates, last);
            await Together(dispatcher.Actor, [first, last], _ =>
                [new(link.FromId, new TicketChange.Link(link)), new(link.ToId, new TicketChange.Link(link)), new(first, new TicketChange.Follow(watcher.Id))]);
        }

        foreach (var life in open.Where(l => merged.Concat(linked).All(p => p.First != l.Ticket.Id && p.Last != l.Ticket.Id)).Take(8))
            await Together(watcher.Actor, [life.Ticket.Id], t => [new(life.Ticket.Id, new TicketChange.Edit(t[life.Ticket.Id].Fields with { Tags = t[life.Ticket.Id].Fields.Tags.Add("review") }, "Weekly review"))]);
    }

    private static IEnumerable<(Guid First, Guid Last)> Pairs<T>(IEnumerable<Life> lives, Func<Life, T> alike) =>
        lives.GroupBy(alike).Where(g => g.Count() > 1).Select(g => (g.First().Ticket.Id, g.Last().Ticket.Id));

    private async Task Together(Actor by, Guid[] ids, Func<IReadOnlyDictionary<Guid, Ticket>, ImmutableArray<TicketStep>> steps) =>
        Played.Must(await desk.ChangeTogether(by, ids, null, t => Task.FromResult<Outcome<ImmutableArray<TicketStep>>>(steps(t)), cancellationToken));

    private async Task<Life> Open(Plot plot)
    {
        var (story, dice) = (plot.Story, plot.Dice);
        var client = cast.Clients[plot.Client];
        var line = story.AboutLine ? dice.Of(client.Lines) : null;
        var site = line is null ? dice.Of(client.Sites) : client.Sites.First(s => s.Id == line.LocationId);
        var life = new Life(client, dice.Of(client.People), line, site.Name);
        var category = story.Category.Split('/');
        var known = rulebook.Categories.FirstOrDefault(c => c.Active && c.Key == category[0]) ?? rulebook.Categories.First(c => c.Active);
        var values = new Dictionary<string, JsonElement>(StringComparer.Ordinal) { ["region"] = Value(client.Place.Region) };
        var isVip = client.Account.Tier == Directory.Tier.Platinum;
        if (isVip) values["vip"] = Value(true);
        if (line is not null) values["ont_serial"] = Value(line.Serial);
        var fields = new TicketFields
        {
            Subject = Fill(dice.Of(story.Subjects), plot, life),
            Description = Fill(story.Opening, plot, life),
            Priority = story.Priority,
            Type = story.Type,
            Category = known.Key,
            Subcategory = category.Length > 1 && known.Subcategories.Contains(category[1], StringComparer.Ordinal) ? category[1] : null,
            Tags = [.. story.Tags, .. isVip ? ["vip"] : Array.Empty<string>(), .. story.IsSpanish ? ["es"] : Array.Empty<string>()],
            CustomFields = CustomValues.From(values),
            Channel = plot.Channel,
            CustomerId = client.Id,
            ContactId = life.Requester.Id,
            LocationId = site.Id,
            AssetId = line?.Id,
            ExternalId = plot.Channel == Channel.Qcontact ? $"{48200 + (plot.Index * 3)}" : null,
            DueAt = story.DueInDays == 0 ? null : WorkHours.AtWork(new DateTimeOffset(clock.GetUtcNow().Date.AddDays(story.DueInDays), TimeSpan.Zero).AddHours(15), 480),
        };
        var by = plot.Channel == Channel.Api ? Actor.System(Via.Api) : Plot.IsByDesk(plot.Channel) ? Dispatcher(plot) : life.Requester.Actor(ViaOf(plot.Channel));
        life.Ticket = Played.Must(await desk.Create(by, fields, cancellationToken));
        return life;
    }

    private async Task Say(Plot plot, Life life, Line line)
    {
        var agent = life.Agent!.Actor;
        var text = Fill(line.Text, plot, life);
        switch (line.Beat)
        {
            case Beat.Say:
            case Beat.File:
                // who goes on after a wait, works again; who waits for the customer and only adds something, does not
                if (life.Ticket.StatusCategory is not StatusCategory.Pending) await Move(life, agent, Last(StatusCategory.Open), null);
                await Comment(life, agent, text, Visibility.Public, line.Beat == Beat.File ? await Upload(line.With, plot, life) : null);
                break;
            case Beat.Ask:
                await Comment(life, agent, text, Visibility.Public);
                await Move(life, agent, First(StatusCategory.Pending), null);
                break;
            case Beat.Note:
                await Comment(life, agent, text, Visibility.Internal);
                break;
            case Beat.FieldNote:
                await Comment(life, cast.Players[plot.Index % 2 == 0 ? "Johan Botha" : "Zanele Mthembu"].Actor, text, Visibility.Internal);
                break;
            case Beat.Hold:
                await Comment(life, agent, text, Visibility.Internal);
                var holds = rulebook.Workflow.Statuses.Where(s => s.Category == StatusCategory.OnHold).ToArray();
                await Move(life, agent, holds.Length == 0 ? null : holds[plot.Index % holds.Length], text);
                break;
            case Beat.Customer:
                await Comment(life, life.Requester.Actor(ViaOf(plot.Channel)), text, Visibility.Public);
                break;
            case Beat.Solve:
                if (plot.Story.Downtime.Most > 0)
                    await Do(life, agent, new TicketChange.Edit(life.Ticket.Fields with
                    {
                        CustomFields = CustomValues.From([.. life.Ticket.Fields.CustomFields.Each, new("downtime_minutes", Value(plot.Dice.Between(plot.Story.Downtime.Least, plot.Story.Downtime.Most)))]),
                    }));
                await Comment(life, agent, text, Visibility.Public);
                await Move(life, agent, First(StatusCategory.Solved), null);
                break;
            case Beat.HandOver:
                var to = cast.Takes(line.With, plot.Story.IsSpanish, plot.Dice);
                await Do(life, agent, new TicketChange.Assign(to.Id, cast.Groups[line.With], text));
                life.Agent = to;
                break;
            case Beat.Escalate:
                await Do(life, agent, new TicketChange.Escalate(int.Parse(line.With, System.Globalization.CultureInfo.InvariantCulture), text, false, null, null));
                if (life.Ticket.Fields.Priority < Priority.High) await Do(life, agent, new TicketChange.Edit(life.Ticket.Fields with { Priority = Priority.High }, text));
                break;
        }
    }

    private Task Comment(Life life, Actor by, string text, Visibility visibility, Guid? file = null) =>
        Do(life, by, new TicketChange.AddComment(new NewComment(Ids.New(clock.GetUtcNow()), text, by.Kind == ActorKind.Agent ? BodyFormat.Markdown : BodyFormat.Plain, visibility,
            file is { } id ? [id] : [])));

    /// <summary>To a status along the shortest way that the workflow allows; steps that need a right of their own are taken by who has it.</summary>
    private async Task Move(Life life, Actor by, WorkflowStatus? to, string? reason)
    {
        if (to is null) return;
        foreach (var step in Way(life.Ticket.Status, to.Key))
            await Do(life, step.Needs is { } needed && !by.Permissions.Has(needed) ? cast.Players["Nomsa Dlamini"].Actor : by, new TicketChange.ChangeStatus(step.To, reason));
    }

    private ImmutableArray<WorkflowTransition> Way(string from, string to)
    {
        var ways = new Queue<(string At, ImmutableArray<WorkflowTransition> Way)>([(from, [])]);
        var seen = new HashSet<string>(StringComparer.Ordinal) { from };
        while (ways.TryDequeue(out var way))
        {
            if (way.At == to) return way.Way;
            foreach (var step in rulebook.Workflow.Transitions)
                if (step.From == way.At && seen.Add(step.To)) ways.Enqueue((step.To, way.Way.Add(step)));
        }

        return [];
    }

    private async Task Do(Life life, Actor by, TicketChange change) =>
        life.Ticket = Played.Must(await desk.Change(by, life.Ticket.Id.ToString(), null, null, _ => Task.FromResult<Outcome<TicketChange>>(change), cancellationToken)).After;

    private async Task<Guid> Upload(string name, Plot plot, Life life)
    {
        var now = clock.GetUtcNow();
        var id = Ids.New(now);
        await using var file = new ReceivedFile(id, name, now, store.Receive(session.TenantId, id));
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(Measurement.Log(now, life.Line?.Number ?? plot.Client, plot.Number)));
        await file.File.Fill(content, long.MaxValue, cancellationToken);
        await file.File.Keep();
        var agent = life.Agent!;
        await AttachmentRow.Insert(file, null, new Caller
        {
            TenantId = session.TenantId,
            UserId = agent.Id,
            Name = agent.Who.Name,
            Email = Company.Email(agent.Who),
            Role = agent.Who.Role,
            Permissions = agent.Actor.Permissions,
            Scope = agent.Who.Scope,
            Groups = [],
        }, session, cancellationToken);
        return id;
    }

    private Actor Dispatcher(Plot plot) => cast.Players[plot.Story.IsSpanish ? "Carmen Ruiz" : plot.Index % 3 == 0 ? "Sipho Ndlovu" : "Lerato Mokoena"].Actor;

    private WorkflowStatus? First(StatusCategory category) => rulebook.Workflow.Statuses.FirstOrDefault(s => s.Category == category);

    private WorkflowStatus? Last(StatusCategory category) => rulebook.Workflow.Statuses.LastOrDefault(s => s.Category == category);

    private static Via ViaOf(Channel channel) => channel switch
    {
        Channel.Whatsapp or Channel.Chat or Channel.Qcontact => Via.Chat,
        Channel.Web => Via.Screen,
        Channel.Email or Channel.Phone or Channel.Api or Channel.Construction or Channel.Internal or Channel.AdHoc or Channel.Ai => Via.Mail,
    };

    private static string Fill(string text, Plot plot, Life life) => text
        .Replace("{first}", life.Requester.First, StringComparison.Ordinal)
        .Replace("{customer}", life.Client.Account.Name, StringComparison.Ordinal)
        .Replace("{site}", life.Site == "home" || life.Site == "casa" ? life.Site : life.Client.Place.IsSpanish ? "la " + life.Site : "our " + life.Site, StringComparison.Ordinal)
        .Replace("{city}", life.Client.Place.City, StringComparison.Ordinal)
        .Replace("{asset}", life.Line?.Number, StringComparison.Ordinal)
        .Replace("{ont}", life.Line?.Serial, StringComparison.Ordinal)
        .Replace("{n}", plot.Number.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private static JsonElement Value<T>(T value) => JsonSerializer.SerializeToElement(value);
}

using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deskhand.Access;
using Deskhand.Automation;
using Deskhand.Directory;
using Deskhand.Notifications;
using Deskhand.Search;
using Deskhand.Sla;
using Deskhand.Tenants;
using Deskhand.Tickets;
using Deskhand.Webhooks;

namespace Deskhand.Http;

/// <summary>One believable example for each wire type that people write or read by hand. Made of the types themselves, so that they cannot go stale.</summary>
internal static class ApiExamples
{
    private static readonly Guid TicketId = Guid.Parse("0199f0a4-7c1e-7d52-9f0e-3b6a4a1c2d10");
    private static readonly Guid CustomerId = Guid.Parse("0199f0a2-11aa-7b01-8c55-0e2f6d9b7a01");
    private static readonly Guid ContactId = Guid.Parse("0199f0a2-5d3b-7f7c-a1d4-7c0c1e6f3b02");
    private static readonly Guid ProjectId = Guid.Parse("0199f0a2-93d0-7c4e-8f11-52b7aa04c604");
    private static readonly Guid AgentId = Guid.Parse("0199ef11-02c4-7a90-b3e1-9a5d8c7e4f03");
    private static readonly Guid WebhookId = Guid.Parse("0199f0a5-4e1f-7b33-8d21-6c5b4a392814");
    private static readonly Guid EventId = Guid.Parse("0199f0a5-9c2e-7c55-9e32-7d6c5b4a3915");
    private static readonly DateTimeOffset Morning = new(2026, 11, 20, 9, 30, 0, 123, TimeSpan.Zero);

    private static readonly TicketFields Ticket = new()
    {
        Subject = "No internet at the Sandton office",
        Description = "The line has been down since 08:00; the router shows a red light.",
        Priority = Priority.High,
        Type = TicketType.Incident,
        Category = "technical_support",
        Tags = ["fibre", "vip"],
        Channel = Channel.Phone,
        CustomerId = CustomerId,
        ContactId = ContactId,
        AssigneeId = AgentId,
    };

    private static readonly WorkflowJson.WorkflowStatusBody[] Statuses =
        [new("arrived", "Arrived", StatusCategory.New), new("checked", "Checked", StatusCategory.Open), new("refunded", "Refunded", StatusCategory.Solved), new("closed", "Closed", StatusCategory.Closed)];

    private static readonly WorkflowJson.TransitionBody[] Steps =
        [new("arrived", "checked"), new("checked", "refunded", "billing:approve"), new("refunded", "checked"), new("refunded", "closed")];

    private static readonly ImmutableSortedDictionary<string, string> HiddenHeaders = ImmutableSortedDictionary<string, string>.Empty.Add("Authorization", WebhookFields.Kept);

    private static readonly RuleFields Outages = new RuleFields
    {
        Name = "Outages of gold customers",
        Conditions = new()
        {
            All = [new("event", RuleOperator.Is, JsonSerializer.SerializeToElement("created")), new("customer.tier", RuleOperator.AtLeast, JsonSerializer.SerializeToElement("gold"))],
            Any = [new("subject", RuleOperator.Contains, JsonSerializer.SerializeToElement(new[] { "no internet", "sin internet" }))],
        },
        Actions = [new(RuleActionType.SetPriority, JsonSerializer.SerializeToElement("high")), new(RuleActionType.AddTags, JsonSerializer.SerializeToElement(new[] { "outage" }))],
    };

    private static readonly RuleFields Reminder = new()
    {
        Name = "Remind of waiting tickets",
        Conditions = new()
        {
            All = [new("statusCategory", RuleOperator.Is, JsonSerializer.SerializeToElement("pending")), new("hoursSinceStatus", RuleOperator.AtLeast, JsonSerializer.SerializeToElement(72)),
                new("tags", RuleOperator.NotContains, JsonSerializer.SerializeToElement(new[] { "reminded" }))],
        },
        Actions = [new(RuleActionType.AddTags, JsonSerializer.SerializeToElement(new[] { "reminded" })), new(RuleActionType.Notify, JsonSerializer.SerializeToElement("{{ticket.reference}} still waits.")) { To = "assignee" }],
    };

    private static readonly Dictionary<Type, object> Values = new()
    {
        [typeof(TicketFields)] = Ticket,
        [typeof(TicketResponse)] = TicketResponse.From(new Ticket
        {
            Id = TicketId,
            Number = 42,
            Reference = "TICKET-2026-000042",
            Fields = Ticket,
            Status = "in_progress",
            StatusCategory = StatusCategory.Open,
            FirstRespondedAt = Morning.AddMinutes(7),
            Sla = new(SlaState.Ok, Morning.AddHours(24), Guid.Parse("0199ef10-7a31-7c22-8d90-4b1e6f0a5c05")),
            Version = 4,
            CreatedBy = AgentId,
            CreatedAt = Morning,
            UpdatedAt = Morning.AddMinutes(12),
        }),
        [typeof(ChangeStatus.StatusBody)] = new ChangeStatus.StatusBody("pending_customer", "Waiting for the router's serial number"),
        [typeof(AssignTicket.AssignBody)] = new AssignTicket.AssignBody { AssigneeId = AgentId, Reason = "On call today" },
        [typeof(EscalateTicket.EscalateBody)] = new EscalateTicket.EscalateBody("Second outage this week", 2),
        [typeof(ResolveTicket.ResolveBody)] = new ResolveTicket.ResolveBody("Replaced the power supply"),
        [typeof(AddComment.CommentBody)] = new AddComment.CommentBody { Body = "A technician is **on the way**." },
        [typeof(MergeTickets.MergeTicketsBody)] = new MergeTickets.MergeTicketsBody { SourceIds = [Guid.Parse("0199f0a4-8a2b-7c11-8e44-6f0d1c2b3a11")], Comment = "The same outage" },
        [typeof(SplitTicket.SplitBody)] = new SplitTicket.SplitBody { CommentId = Guid.Parse("0199f0a4-9b3c-7d22-9f55-7a1e2d3c4b12"), Subject = "Invoice of October" },
        [typeof(CreateLink.LinkBody)] = new CreateLink.LinkBody { Kind = LinkKind.BlockedBy, TicketId = Guid.Parse("0199f0a4-8a2b-7c11-8e44-6f0d1c2b3a11") },
        [typeof(UpdateManyBody)] = new UpdateManyBody { Ids = [TicketId], Set = JsonSerializer.SerializeToElement(new { priority = "high", status = "in_progress" }), AddTags = ["storm"], Reason = "Storm in the Karoo" },
        [typeof(SlaPolicyFields)] = new SlaPolicyFields
        {
            Name = "Gold and platinum",
            Position = 0,
            Conditions = new() { Tiers = [Tier.Gold, Tier.Platinum] },
            Targets = [new(Priority.Normal, 60, 120, 1440), new(Priority.Urgent, 15, 30, 240)],
            WarnAt = [75],
            EscalateAt = 90,
            RunIn = ["waiting_internal"],
        },
        [typeof(CalendarFields)] = new CalendarFields
        {
            Name = "Office hours",
            TimeZone = "Africa/Johannesburg",
            Hours = [new(Weekday.Monday, "08:00", "12:30"), new(Weekday.Monday, "13:30", "17:00"), new(Weekday.Tuesday, "08:00", "17:00")],
            Holidays = [new() { Date = new(2026, 12, 25), Name = "Christmas Day", Yearly = true }, new() { Date = new(2026, 12, 24), Name = "Christmas Eve", Hours = [new("08:00", "12:00")] }],
        },
        [typeof(CustomerFields)] = new CustomerFields
        {
            Name = "Karoo Logistics",
            Tier = Tier.Gold,
            Email = "it@karoo.example",
            Phone = "+27 11 555 0199",
            Domains = ["karoo.example"],
            Address = new() { Line1 = "12 Rivonia Road", City = "Sandton", PostalCode = "2196", Country = "ZA" },
        },
        [typeof(ContactFields)] = new ContactFields { FirstName = "Thandi", LastName = "Nkosi", Email = "thandi@karoo.example", PhoneMobile = "+27 82 555 0142", IsPrimary = true },
        [typeof(LocationFields)] = new LocationFields { Name = "Sandton office", Type = LocationType.Headquarters, Address = new() { Line1 = "12 Rivonia Road", City = "Sandton", Country = "ZA" } },
        [typeof(CategoryFields)] = new CategoryFields { Key = "installation", Name = "Installation", Subcategories = ["new line", "relocation"], Position = 7 },
        [typeof(CustomFieldFields)] = new CustomFieldFields { Key = "connection_type", Label = "Connection", Type = CustomFieldType.Select, Options = ["fibre", "wireless"], Position = 1 },
        [typeof(CreateWorkflow.WorkflowBody)] = new CreateWorkflow.WorkflowBody { Key = "returns", Statuses = Statuses, Transitions = Steps },
        [typeof(WorkflowFields)] = new WorkflowFields { Statuses = Statuses, Transitions = Steps },
        [typeof(RenameTag.TagBody)] = new RenameTag.TagBody { Name = "fibre" },
        [typeof(CategoryMerge)] = new CategoryMerge { Into = "technical_support" },
        [typeof(FieldConversion)] = new FieldConversion { Type = CustomFieldType.Select, Options = ["fibre", "wireless"], Values = ImmutableSortedDictionary<string, string?>.Empty.Add("Fiber", "fibre").Add("n/a", null) },
        [typeof(DraftFields)] = new DraftFields { Body = "Dear Thandi, the technician will be with you", BasedOnVersion = 3 },
        [typeof(MergeRecordsBody)] = new MergeRecordsBody { SourceIds = [ContactId], Take = ImmutableSortedDictionary<string, Guid>.Empty.Add("email", ContactId) },
        [typeof(TemplateFields)] = new TemplateFields { Subject = "[{{ticket.reference}}] We are on it", Text = "Hello {{recipient.name}}, we are on it.", Html = "<p>Hello {{recipient.name}}, we are on it.</p>" },
        [typeof(ReadNotifications.ReadBody)] = new ReadNotifications.ReadBody { Ids = [Guid.Parse("0199f0a4-9b3c-7d22-9f55-7a1e2d3c4b13")] },
        [typeof(ReplacePreferences.PreferencesBody)] = new ReplacePreferences.PreferencesBody { Preferences = [new PreferenceBody { Kind = NoticeKind.TicketCreated, Mail = true, InApp = true }] },
        [typeof(AnswerSurvey.SurveyBody)] = new AnswerSurvey.SurveyBody { Score = SurveyScore.Good, Comment = "Fast and friendly" },
        [typeof(PreviewTemplate.PreviewTemplateBody)] = new PreviewTemplate.PreviewTemplateBody { Subject = "[{{ticket.reference}}] We are on it" },
        [typeof(ProjectFields)] = new ProjectFields { Name = "Sandton phase 2", Number = "P-000007", StartsOn = new DateOnly(2026, 1, 12), EndsOn = new DateOnly(2026, 9, 30) },
        [typeof(ViewFields)] = new ViewFields { Name = "Pressing and mine", Conditions = "assignee:me priority>=high is:unsolved", Columns = ["reference", "subject", "status"], Sort = "-priority" },
        [typeof(RuleFields)] = Outages,
        [typeof(TryTrigger.TryBody)] = new TryTrigger.TryBody { Trigger = Outages },
        [typeof(TrySavedTrigger.TrySavedBody)] = new TrySavedTrigger.TrySavedBody { Tickets = 50 },
        [typeof(TryAutomation.TryAutomationBody)] = new TryAutomation.TryAutomationBody { Automation = Reminder },
        [typeof(TrySavedAutomation.TrySavedAutomationBody)] = new TrySavedAutomation.TrySavedAutomationBody { Limit = 50 },
        [typeof(MacroFields)] = new MacroFields
        {
            Name = "Ask for the serial number",
            Actions = [new(RuleActionType.SetStatus, JsonSerializer.SerializeToElement("pending_customer")), new(RuleActionType.AddTags, JsonSerializer.SerializeToElement(new[] { "serial" }))],
            Reply = "Dear {{contact.firstName}}, please send us the serial number for {{ticket.reference}}. {{agent.name}}",
        },
        [typeof(ApplyMacro.ApplyBody)] = new ApplyMacro.ApplyBody { Reply = "Dear {{contact.firstName}}, the number is on the back of the router." },
        [typeof(PreviewMacro.PreviewMacroBody)] = new PreviewMacro.PreviewMacroBody { TicketId = TicketId },
        [typeof(SetGroupRouting.RoutingBody)] = new SetGroupRouting.RoutingBody { Mode = RoutingMode.LeastBusy },
        [typeof(AvailabilityFields)] = new AvailabilityFields { Capacity = 25, Skills = ["fibre", "spanish"] },
        [typeof(RuleOrder)] = new RuleOrder { Ids = [ContactId] },
        [typeof(WebhookFields)] = new WebhookFields
        {
            Url = "https://hooks.karoo.example/deskhand",
            Description = "Field service planner",
            Events = ["ticket.assigned", "ticket.status_changed", "customer.*"],
            Headers = ImmutableDictionary<string, string>.Empty.Add("Authorization", "Bearer 8yVh2mTq"),
        },
        [typeof(WebhookResponse)] = new WebhookResponse(
            WebhookId, "https://hooks.karoo.example/deskhand", "Field service planner", ["customer.*", "ticket.assigned", "ticket.status_changed"], HiddenHeaders, true, null, null, 1, Morning, Morning),
        [typeof(MadeWebhook)] = new MadeWebhook(
            WebhookId, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "https://hooks.karoo.example/deskhand", "Field service planner", ["customer.*", "ticket.assigned", "ticket.status_changed"], HiddenHeaders, true, 1, Morning, Morning),
        [typeof(RotateWebhookSecret.RotateBody)] = new RotateWebhookSecret.RotateBody { OverlapHours = 48 },
        [typeof(RotatedSecret)] = new RotatedSecret("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", Morning.AddHours(48)),
        [typeof(WebhookDelivery)] = new WebhookDelivery(EventId, WebhookId, "ticket.assigned", TicketId, "waiting", 2, Morning.AddMinutes(5), 503, "It answered 503.", Morning, null),
        [typeof(WebhookAttempt)] = new WebhookAttempt(
            Guid.Parse("0199f0a6-2b1d-7a77-8c90-1f2e3d4c5b16"), EventId, 2, Morning, 184, "https://hooks.karoo.example/deskhand", 503, "It answered 503.", "{\"eventId\":\"0199f0a5-…", "Back in five minutes"),
        [typeof(WebhookStatus)] = new WebhookStatus("paused", 6, Morning.AddSeconds(20), Morning.AddHours(-1), Morning, "It answered 503.", 14, Morning.AddMinutes(-3)),
        [typeof(ReplayBody)] = new ReplayBody { EventIds = [EventId] },
        [typeof(Realtime.ReplayEvents.ReplayEventsBody)] = new Realtime.ReplayEvents.ReplayEventsBody { Sink = "rabbitmq", From = Morning, Types = ["ticket.created"] },
        [typeof(Realtime.ReplayEvents.ReplayedEvents)] = new Realtime.ReplayEvents.ReplayedEvents(412),
        [typeof(ReplayAnswer)] = new ReplayAnswer(37),
        [typeof(SignInRequest)] = new SignInRequest("sam@karoo.example", "a quiet horse at noon", Tenant: "karoo"),
        [typeof(RefreshRequest)] = new RefreshRequest("dhr_3kM9Zq7RfT2x"),
        [typeof(ForgotRequest)] = new ForgotRequest("sam@karoo.example"),
        [typeof(PasswordResetRequest)] = new PasswordResetRequest("dho_Zq7RfT2x3kM9", "a loud horse at dawn"),
        [typeof(InvitationRequest)] = new InvitationRequest("dho_Zq7RfT2x3kM9", "a loud horse at dawn", "Sam Dlamini"),
        [typeof(ChangePasswordRequest)] = new ChangePasswordRequest("a quiet horse at noon", "a loud horse at dawn"),
        [typeof(ConfirmTotpRequest)] = new ConfirmTotpRequest("492039"),
        [typeof(TurnOffTotpRequest)] = new TurnOffTotpRequest("a quiet horse at noon"),
        [typeof(NewUser)] = new NewUser { Email = "sam@karoo.example", Name = "Sam Dlamini", Role = Role.Agent, TicketScope = TicketScope.Groups, Locale = "en", TimeZone = "Africa/Johannesburg" },
        [typeof(UserFields)] = new UserFields { Email = "sam@karoo.example", Name = "Sam Dlamini", Role = Role.Manager },
        [typeof(GroupFields)] = new GroupFields { Name = "Night shift", Description = "18:00 to 06:00" },
        [typeof(NewApiToken)] = new NewApiToken { Name = "Field service planner", Scopes = ["tickets:read", "tickets:update"], ExpiresAt = Morning.AddDays(90) },
        [typeof(SettingsFields)] = new SettingsFields
        {
            Name = "Karoo Fibre",
            Locale = "en",
            TimeZone = "Africa/Johannesburg",
            PageLimit = 50,
            ReferenceScheme = ReferenceScheme.ByChannel,
            Workflow = "support",
            SearchLanguage = "english",
            SlaMonitored = true,
        },
        [typeof(OrganizationFields)] = new OrganizationFields { Name = "Karoo Logistics", Domains = ["karoo.example"], ExternalId = "ERP-1042" },
        [typeof(RestoreTicket.RestoreBody)] = new RestoreTicket.RestoreBody("Deleted by mistake"),
        [typeof(UnmergeTickets.UnmergeTicketsBody)] = new UnmergeTickets.UnmergeTicketsBody { SourceIds = [Guid.Parse("0199f0a4-8a2b-7c11-8e44-6f0d1c2b3a11")] },
        [typeof(ArrangeViews.OrderBody)] = new ArrangeViews.OrderBody { ViewIds = [Guid.Parse("0199f0a2-1f6e-7d70-8a55-3d2b1c4e5f17"), Guid.Parse("0199f0a2-2a7f-7e81-9b66-4e3c2d5f6a18")] },
        [typeof(UnmergeRecordsBody)] = new UnmergeRecordsBody { MergeId = Guid.Parse("0199f0a5-0d4e-7f92-8c77-5f4d3e6a7b19") },
        [typeof(ErasePerson.EraseBody)] = new ErasePerson.EraseBody { Reason = "Asked for by the person on 2026-11-18" },
        [typeof(EditComment.CommentEdit)] = new EditComment.CommentEdit { Body = "A technician is on the way, **between 10 and 12**." },
        [typeof(ReorderPolicies.ReorderBody)] = new ReorderPolicies.ReorderBody { PolicyIds = [Guid.Parse("0199ef10-7a31-7c22-8d90-4b1e6f0a5c05")] },
        [typeof(AssetFields)] = new AssetFields { Number = "DR1734315", Name = "Fibre drop", ProjectId = ProjectId, InstalledOn = new DateOnly(2026, 3, 14), CustomerId = CustomerId },
    };

    /// <summary>The example of a wire type, or null.</summary>
    public static JsonNode? Of(Type type) => Values.TryGetValue(type, out var value) ? JsonSerializer.SerializeToNode(value, type, JsonFormat.Options) : null;
}

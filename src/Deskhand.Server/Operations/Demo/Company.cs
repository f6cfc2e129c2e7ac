using Deskhand.Access;
using Deskhand.Tickets;

namespace Deskhand.Operations.Demo;

/// <summary>Somebody who works at the demonstration's company.</summary>
internal sealed record Colleague(string Name, Role Role, string[] Groups, string? Locale = null, TicketScope Scope = TicketScope.All)
{
    public string First { get; } = Name.Split(' ')[0];
}

/// <summary>The company of the demonstration: installs and looks after fibre lines and small networks.</summary>
internal static class Company
{
    public const string FirstLine = "First line";
    public const string Network = "Network";
    public const string Field = "Field team";
    public const string Billing = "Billing";

    public static readonly (string Name, string Description)[] Groups =
    [
        (FirstLine, "Answers first and solves what can be solved from the desk."),
        (Network, "Backbone, exchanges, routing and everything the monitoring sees."),
        (Field, "Installations, splices and visits on site."),
        (Billing, "Invoices, payments and contracts."),
    ];

    public static readonly Colleague[] People =
    [
        new("Nomsa Dlamini", Role.Manager, [FirstLine, Billing]),
        new("Lerato Mokoena", Role.Agent, [FirstLine]),
        new("Sipho Ndlovu", Role.Agent, [FirstLine, Network]),
        new("Carmen Ruiz", Role.Agent, [FirstLine], "es"),
        new("Pieter van Wyk", Role.Agent, [Network]),
        new("Thabo Khumalo", Role.Agent, [Field], Scope: TicketScope.Groups),
        new("Aisha Patel", Role.Agent, [Billing], Scope: TicketScope.Groups),
        new("Johan Botha", Role.LightAgent, [Field]),
        new("Zanele Mthembu", Role.LightAgent, [Field]),
    ];

    /// <summary>What is told apart below the categories that every tenant starts with.</summary>
    public static readonly (string Category, string[] Subcategories)[] Subcategories =
    [
        ("technical_support", ["no_connection", "slow_speed", "wifi", "equipment", "installation", "voice", "maintenance"]),
        ("billing", ["invoice", "payment", "refund", "plan_change"]),
        ("account", ["access", "contact_details", "move", "cancellation"]),
        ("complaint", ["service", "visit", "price"]),
        ("feature_request", ["portal", "product"]),
    ];

    public static readonly CustomFieldFields[] Fields =
    [
        new() { Key = "ont_serial", Label = "ONT serial number", Type = CustomFieldType.Text, Position = 0 },
        new() { Key = "downtime_minutes", Label = "Downtime in minutes", Type = CustomFieldType.Number, Position = 1 },
        new() { Key = "vip", Label = "VIP", Type = CustomFieldType.Boolean, Position = 2 },
        new() { Key = "region", Label = "Region", Type = CustomFieldType.Select, Options = [.. Places.All.Select(p => p.Region).Distinct(StringComparer.Ordinal)], Position = 3 },
    ];

    /// <summary>The address at the company.</summary>
    public static string Email(Colleague colleague) => colleague.First.ToLowerInvariant() + "@meridianfibre.example";
}

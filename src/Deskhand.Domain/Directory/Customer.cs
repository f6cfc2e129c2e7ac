using System.Collections.Immutable;
using Deskhand.Tickets;

namespace Deskhand.Directory;

/// <summary>What kind of account a customer is.</summary>
public enum CustomerType
{
    Business,
    Residential,
}

/// <summary>How much a customer matters, in rising order.</summary>
public enum Tier
{
    Bronze,
    Silver,
    Gold,
    Platinum,
}

/// <summary>A postal address; every part may be missing.</summary>
public sealed record Address
{
    public string? Line1 { get; init; }

    public string? Line2 { get; init; }

    public string? City { get; init; }

    public string? State { get; init; }

    public string? PostalCode { get; init; }

    /// <summary>ISO 3166-1 alpha-2, upper case.</summary>
    public string? Country { get; init; }

    /// <summary>The address in its one form.</summary>
    public Address Normalised() => new()
    {
        Line1 = Tidy.Line(Line1),
        Line2 = Tidy.Line(Line2),
        City = Tidy.Line(City),
        State = Tidy.Line(State),
        PostalCode = Tidy.Line(PostalCode),
        Country = Tidy.Line(Country)?.ToUpperInvariant(),
    };

    /// <summary>Every part under its JSON member name.</summary>
    public IEnumerable<(string Field, string? Value)> Values() =>
    [
        ("address.line1", Json.Of(Line1)), ("address.line2", Json.Of(Line2)), ("address.city", Json.Of(City)),
        ("address.state", Json.Of(State)), ("address.postalCode", Json.Of(PostalCode)), ("address.country", Json.Of(Country)),
    ];

    public void Check(FieldErrors errors)
    {
        errors.Optional("address.line1", Line1, 200);
        errors.Optional("address.line2", Line2, 200);
        errors.Optional("address.city", City, 100);
        errors.Optional("address.state", State, 100);
        errors.Optional("address.postalCode", PostalCode, 20);
        errors.Unless(Country is null || (Country.Length == 2 && Country.All(char.IsAsciiLetterUpper)), "address.country", "This is a two-letter country code such as ZA.");
    }
}

/// <summary>What a client may write of a customer: the body of POST, PUT and PATCH.</summary>
public sealed record CustomerFields : IFields<CustomerFields>
{
    public required string Name { get; init; }

    public CustomerType Type { get; init; } = CustomerType.Business;

    public Tier Tier { get; init; } = Tier.Bronze;

    /// <summary>Unique in the tenant; made by the desk when not given.</summary>
    public string? Number { get; init; }

    public string? Email { get; init; }

    public string? Phone { get; init; }

    public string? Website { get; init; }

    public Address Address { get; init; } = new();

    /// <summary>Mail domains by which senders are recognised, lower case.</summary>
    public ImmutableArray<string> Domains { get; init; } = [];

    public string? Details { get; init; }

    public Guid? ParentId { get; init; }

    public CustomValues CustomFields { get; init; } = CustomValues.Empty;

    public string? ExternalId { get; init; }

    public bool Active { get; init; } = true;

    public CustomerFields Normalised() => this with
    {
        Name = Name.Trim(),
        Number = Tidy.Line(Number),
        Email = Tidy.Email(Email),
        Phone = Tidy.Line(Phone),
        Website = Tidy.Line(Website),
        Address = Address.Normalised(),
        Domains = Tidy.Domains(Domains),
        Details = string.IsNullOrWhiteSpace(Details) ? null : Details,
        ExternalId = Tidy.Line(ExternalId),
    };

    public IEnumerable<(string Field, string? Value)> Values() =>
    [
        ("number", Json.Of(Number)), ("name", Json.Of(Name)), ("type", Json.Of(Wire.Name(Type))), ("tier", Json.Of(Wire.Name(Tier))),
        ("email", Json.Of(Email)), ("phone", Json.Of(Phone)), ("website", Json.Of(Website)), .. Address.Values(),
        ("domains", Json.Of(Domains)), ("details", Json.Of(Details)), ("parentId", Json.Of(ParentId)),
        ("customFields", CustomFields.ToJson()), ("externalId", Json.Of(ExternalId)), ("active", Json.Of(Active)),
    ];

    public Problem? Check()
    {
        var errors = new FieldErrors();
        errors.Required("name", Name, 200);
        errors.Optional("number", Number, 50);
        errors.Email("email", Email);
        errors.Phone("phone", Phone);
        errors.WebAddress("website", Website);
        Address.Check(errors);
        var domains = Domains.IsDefault ? [] : Domains;
        errors.Unless(domains.Length <= 50, "domains", "At most 50 domains.");
        foreach (var domain in domains)
            errors.Unless(Uri.CheckHostName(domain) == UriHostNameType.Dns && domain.Contains('.', StringComparison.Ordinal), "domains", "A domain looks like example.com.");
        errors.Unless(CustomFields.Count <= Tidy.MostCustomFields, "customFields", $"At most {Tidy.MostCustomFields} custom fields.");
        errors.Text("details", Details, 10_000);
        CustomFields.CheckStorable(errors);
        errors.Optional("externalId", ExternalId, 200);
        return errors.ToProblem();
    }
}

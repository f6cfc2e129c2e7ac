namespace Deskhand.Directory;

/// <summary>What kind of site a location is.</summary>
public enum LocationType
{
    Headquarters,
    Branch,
    Datacenter,
    Remote,
}

/// <summary>What a client may write of a location: the body of POST, PUT and PATCH.</summary>
public sealed record LocationFields : IFields<LocationFields>
{
    public required string Name { get; init; }

    public LocationType Type { get; init; } = LocationType.Branch;

    public Address Address { get; init; } = new();

    public bool IsPrimary { get; init; }

    public bool IsBilling { get; init; }

    public bool IsShipping { get; init; }

    public string? ExternalId { get; init; }

    public bool Active { get; init; } = true;

    public LocationFields Normalised() => this with { Name = Name.Trim(), Address = Address.Normalised(), ExternalId = Tidy.Line(ExternalId) };

    public IEnumerable<(string Field, string? Value)> Values() =>
    [
        ("name", Json.Of(Name)), ("type", Json.Of(Wire.Name(Type))), .. Address.Values(), ("isPrimary", Json.Of(IsPrimary)),
        ("isBilling", Json.Of(IsBilling)), ("isShipping", Json.Of(IsShipping)), ("externalId", Json.Of(ExternalId)), ("active", Json.Of(Active)),
    ];

    public Problem? Check()
    {
        var errors = new FieldErrors();
        errors.Required("name", Name, 200);
        Address.Check(errors);
        errors.Optional("externalId", ExternalId, 200);
        return errors.ToProblem();
    }
}

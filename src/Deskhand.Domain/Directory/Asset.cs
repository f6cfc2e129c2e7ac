namespace Deskhand.Directory;

/// <summary>What a client may write of an asset: the body of POST, PUT and PATCH.</summary>
public sealed record AssetFields : IFields<AssetFields>
{
    /// <summary>The number it is known by outside, for example <c>DR1734315</c>; unique in the tenant.</summary>
    public required string Number { get; init; }

    public string? Name { get; init; }

    /// <summary>The build-out or contract it belongs to.</summary>
    public Guid? ProjectId { get; init; }

    public DateOnly? InstalledOn { get; init; }

    public Guid? CustomerId { get; init; }

    public Guid? LocationId { get; init; }

    public AssetFields Normalised() => this with { Number = Number.Trim(), Name = Tidy.Line(Name) };

    public IEnumerable<(string Field, string? Value)> Values() =>
    [
        ("number", Json.Of(Number)), ("name", Json.Of(Name)), ("projectId", Json.Of(ProjectId)), ("installedOn", Json.Of(InstalledOn)),
        ("customerId", Json.Of(CustomerId)), ("locationId", Json.Of(LocationId)),
    ];

    public Problem? Check()
    {
        var errors = new FieldErrors();
        errors.Required("number", Number, 50);
        errors.Optional("name", Name, 200);
        return errors.ToProblem();
    }
}

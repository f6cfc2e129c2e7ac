namespace Deskhand.Directory;

/// <summary>What a client may write of a project: the body of POST, PUT and PATCH.</summary>
public sealed record ProjectFields : IFields<ProjectFields>
{
    public required string Name { get; init; }

    /// <summary>Unique in the tenant, in upper or lower case; made by the desk when not given.</summary>
    public string? Number { get; init; }

    /// <summary>For whom the work is done; assets of other customers may belong to the project all the same.</summary>
    public Guid? CustomerId { get; init; }

    public DateOnly? StartsOn { get; init; }

    /// <summary>The last day.</summary>
    public DateOnly? EndsOn { get; init; }

    public string? Details { get; init; }

    public string? ExternalId { get; init; }

    public bool Active { get; init; } = true;

    public ProjectFields Normalised() => this with
    {
        Name = Name.Trim(),
        Number = Tidy.Line(Number),
        Details = string.IsNullOrWhiteSpace(Details) ? null : Details,
        ExternalId = Tidy.Line(ExternalId),
    };

    public IEnumerable<(string Field, string? Value)> Values() =>
    [
        ("number", Json.Of(Number)), ("name", Json.Of(Name)), ("customerId", Json.Of(CustomerId)), ("startsOn", Json.Of(StartsOn)), ("endsOn", Json.Of(EndsOn)),
        ("details", Json.Of(Details)), ("externalId", Json.Of(ExternalId)), ("active", Json.Of(Active)),
    ];

    public Problem? Check()
    {
        var errors = new FieldErrors();
        errors.Required("name", Name, 200);
        errors.Optional("number", Number, 50);
        errors.Text("details", Details, 10_000);
        errors.Optional("externalId", ExternalId, 200);
        errors.Unless(StartsOn is null || EndsOn is null || StartsOn <= EndsOn, "endsOn", "A project does not end before it starts.");
        return errors.ToProblem();
    }
}

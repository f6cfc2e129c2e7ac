using System.Collections.Immutable;
using Deskhand.Tickets;

namespace Deskhand.Directory;

/// <summary>The kind of a further address of a contact.</summary>
public enum IdentityKind
{
    Email,
    Phone,
    Whatsapp,
}

/// <summary>A further address of a contact.</summary>
public sealed record ContactIdentity(IdentityKind Kind, string Value)
{
    /// <summary>The address in its one form.</summary>
    public ContactIdentity Normalised() => this with { Value = (Kind == IdentityKind.Email ? Tidy.Email(Value) : Tidy.Line(Value)) ?? "" };
}

/// <summary>What a client may write of a contact: the body of POST, PUT and PATCH.</summary>
public sealed record ContactFields : IFields<ContactFields>
{
    public required string FirstName { get; init; }

    public string LastName { get; init; } = "";

    public string? Title { get; init; }

    public string? Department { get; init; }

    public string? Email { get; init; }

    public string? PhoneOffice { get; init; }

    public string? PhoneMobile { get; init; }

    public string? PhoneDirect { get; init; }

    public bool IsPrimary { get; init; }

    public bool IsBilling { get; init; }

    public bool IsTechnical { get; init; }

    public ImmutableArray<ContactIdentity> Identities { get; init; } = [];

    public CustomValues CustomFields { get; init; } = CustomValues.Empty;

    public string? ExternalId { get; init; }

    public bool Active { get; init; } = true;

    public ContactFields Normalised() => this with
    {
        FirstName = FirstName.Trim(),
        LastName = LastName.Trim(),
        Title = Tidy.Line(Title),
        Department = Tidy.Line(Department),
        Email = Tidy.Email(Email),
        PhoneOffice = Tidy.Line(PhoneOffice),
        PhoneMobile = Tidy.Line(PhoneMobile),
        PhoneDirect = Tidy.Line(PhoneDirect),
        Identities = Identities.IsDefaultOrEmpty ? [] : [.. Identities.Select(i => i?.Normalised()!).Distinct()],
        ExternalId = Tidy.Line(ExternalId),
    };

    public IEnumerable<(string Field, string? Value)> Values() =>
    [
        ("firstName", Json.Of(FirstName)), ("lastName", Json.Of(LastName)), ("title", Json.Of(Title)), ("department", Json.Of(Department)),
        ("email", Json.Of(Email)), ("phoneOffice", Json.Of(PhoneOffice)), ("phoneMobile", Json.Of(PhoneMobile)), ("phoneDirect", Json.Of(PhoneDirect)),
        ("isPrimary", Json.Of(IsPrimary)), ("isBilling", Json.Of(IsBilling)), ("isTechnical", Json.Of(IsTechnical)),
        ("identities", Json.OfIdentities(Identities)), ("customFields", CustomFields.ToJson()), ("externalId", Json.Of(ExternalId)), ("active", Json.Of(Active)),
    ];

    public Problem? Check()
    {
        var errors = new FieldErrors();
        errors.Required("firstName", FirstName, 100);
        errors.Optional("lastName", LastName, 100);
        errors.Optional("title", Title, 100);
        errors.Optional("department", Department, 100);
        errors.Email("email", Email);
        errors.Phone("phoneOffice", PhoneOffice);
        errors.Phone("phoneMobile", PhoneMobile);
        errors.Phone("phoneDirect", PhoneDirect);
        errors.Optional("externalId", ExternalId, 200);
        var identities = Identities.IsDefault ? [] : Identities;
        errors.Unless(identities.Length <= 20, "identities", "At most 20 further addresses.");
        errors.Unless(CustomFields.Count <= Tidy.MostCustomFields, "customFields", $"At most {Tidy.MostCustomFields} custom fields.");
        CustomFields.CheckStorable(errors);
        foreach (var identity in identities)
        {
            // a JSON null in a list passes the reader
            if (identity is null)
            {
                errors.Add("identities", "This is required.");
                continue;
            }

            switch (identity.Kind)
            {
                case IdentityKind.Email:
                    errors.Email("identities", identity.Value);
                    break;
                case IdentityKind.Phone:
                    errors.Phone("identities", identity.Value);
                    break;
                case IdentityKind.Whatsapp:
                    errors.Required("identities", identity.Value, 100);
                    break;
            }
        }

        return errors.ToProblem();
    }
}

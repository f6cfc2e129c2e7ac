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
public sealed record ContactIdentity(IdentityKind Kind, string Value);

/// <summary>What a client may write of a contact: the body of POST, PUT and PATCH.</summary>
public sealed record ContactFields
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

    /// <summary>Checks everything that needs no look-up.</summary>
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

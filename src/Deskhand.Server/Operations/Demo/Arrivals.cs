using Deskhand.Directory;

namespace Deskhand.Operations.Demo;

/// <summary>Takes in the customers of the company, with their people, sites and lines.</summary>
internal sealed class Arrivals(DirectoryDesk directory, StageClock clock, CancellationToken cancellationToken)
{
    private static readonly Actor Import = Actor.System(Via.Import);
    private readonly Dictionary<string, Guid> known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Guid> projects = new(StringComparer.Ordinal);
    private int drops;

    /// <summary>A customer with its people, sites and lines.</summary>
    public async Task<Client> Join(Account account, Dice dice)
    {
        var place = Places.Of(account.City);
        var name = account.Name;
        var fields = new CustomerFields
        {
            Name = name,
            Type = account.IsHousehold ? CustomerType.Residential : CustomerType.Business,
            Tier = account.Tier,
            Email = account.Domain is { } domain ? $"office@{domain}" : null,
            Phone = place.Phone(dice),
            Website = account.Domain is { } site ? $"https://www.{site}" : null,
            Address = place.Address(dice),
            // a domain names one customer: the one on top
            Domains = account is { Domain: { } own, Parent: null } ? [own] : [],
            Details = account.Tier == Tier.Platinum ? "Answer within 15 minutes, also at night. Call the operations manager before any planned work." : null,
            ParentId = account.Parent is { } parent ? known[parent] : null,
        };
        var customer = Played.Must(await directory.Create(CustomerKind.One, Import, (id, now) => new Customer { Id = id, Fields = fields, CreatedAt = now, UpdatedAt = now }, cancellationToken));
        known[name] = customer.Id;

        var people = new List<Requester>();
        for (var i = 0; i < account.People; i++) people.Add(await Contact(account, place, customer.Id, i, dice));
        var sites = new List<(Guid, string)>();
        for (var i = 0; i < account.Sites; i++) sites.Add(await Site(account, place, customer, i, dice));
        var lines = new List<Installed>();
        for (var i = 0; i < account.Assets; i++) lines.Add(await Line(account, place, customer.Id, sites[i % sites.Count].Item1, dice));
        return new Client(account, place, customer.Id, [.. people], [.. sites], [.. lines]);
    }

    private async Task<Requester> Contact(Account account, Place place, Guid customerId, int index, Dice dice)
    {
        var first = dice.Of(place.IsSpanish ? Customers.SpanishFirstNames : Customers.FirstNames);
        var family = account.Name.Replace(" family", "", StringComparison.Ordinal).Replace("Familia ", "", StringComparison.Ordinal);
        var last = account.IsHousehold ? family : dice.Of(place.IsSpanish ? Customers.SpanishLastNames : Customers.LastNames);
        var post = (place.IsSpanish ? Customers.SpanishPosts : Customers.Posts)[index % 4];
        var fields = new ContactFields
        {
            FirstName = first,
            LastName = last,
            Title = account.IsHousehold ? null : post.Title,
            Department = account.IsHousehold ? null : post.Department,
            Email = $"{Plain(first)}.{Plain(last)}@{account.Domain ?? $"{Plain(last)}.example"}",
            PhoneOffice = account.IsHousehold ? null : place.Phone(dice),
            PhoneMobile = place.Mobile(dice),
            IsPrimary = index == 0,
            IsTechnical = index == 1,
            IsBilling = index == 2 || (account.People < 3 && index == 0),
        };
        var made = Played.Must(await directory.Create(ContactKind.One, Import, (id, now) => new Contact { Id = id, CustomerId = customerId, Fields = fields, CreatedAt = now, UpdatedAt = now }, cancellationToken));
        return new Requester(made.Id, first);
    }

    private async Task<(Guid, string)> Site(Account account, Place place, Customer customer, int index, Dice dice)
    {
        var name = account.IsHousehold ? (place.IsSpanish ? "casa" : "home")
            : index == 0 ? (place.IsSpanish ? $"oficina de {place.City}" : $"{place.City} office")
            : index == 1 ? (place.IsSpanish ? $"almacén de {place.City}" : $"{place.City} warehouse")
            : $"{dice.Of(place.Streets)} site";
        var fields = new LocationFields
        {
            Name = char.ToUpperInvariant(name[0]) + name[1..],
            Type = index == 0 ? LocationType.Headquarters : index == 1 ? LocationType.Branch : LocationType.Remote,
            Address = index == 0 ? customer.Fields.Address : place.Address(dice),
            IsPrimary = index == 0,
            IsBilling = index == 0,
            IsShipping = index == account.Sites - 1,
        };
        var made = Played.Must(await directory.Create(LocationKind.One, Import, (id, now) => new Location { Id = id, CustomerId = customer.Id, Fields = fields, CreatedAt = now, UpdatedAt = now }, cancellationToken));
        return (made.Id, name);
    }

    private async Task<Installed> Line(Account account, Place place, Guid customerId, Guid locationId, Dice dice)
    {
        var number = $"DR{1734000 + (++drops * 37)}";
        var fields = new AssetFields
        {
            Number = number,
            Name = account.IsHousehold ? "Fibre drop 200/200" : dice.Of(["Fibre drop 500/500", "Fibre drop 1000/1000", "Fibre drop 500/500 with backup"]),
            ProjectId = await Project(dice.Of(Customers.Projects[place.Region]), dice),
            InstalledOn = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime).AddDays(-dice.Between(20, 900)),
            CustomerId = customerId,
            LocationId = locationId,
        };
        var made = Played.Must(await directory.Create(AssetKind.One, Import, (id, now) => new Asset { Id = id, Fields = fields, CreatedAt = now, UpdatedAt = now }, cancellationToken));
        return new Installed(made.Id, locationId, number, $"MF{dice.Between(0x100000, 0xFFFFFF):X6}{dice.Between(10, 99)}");
    }

    /// <summary>The build-out with a name, taken in with its first line.</summary>
    private async Task<Guid> Project(string name, Dice dice)
    {
        if (projects.TryGetValue(name, out var id)) return id;
        var start = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime).AddDays(-dice.Between(900, 1100));
        var fields = new ProjectFields { Name = name, StartsOn = start, EndsOn = start.AddDays(dice.Between(1200, 1500)) };
        var made = Played.Must(await directory.Create(ProjectKind.One, Import, (newId, now) => new Project { Id = newId, Fields = fields, CreatedAt = now, UpdatedAt = now }, cancellationToken));
        return projects[name] = made.Id;
    }

    /// <summary>Without accents and blanks, for addresses.</summary>
    private static string Plain(string name) =>
        string.Concat(name.ToLowerInvariant().Normalize(System.Text.NormalizationForm.FormD).Where(char.IsAsciiLetter));
}

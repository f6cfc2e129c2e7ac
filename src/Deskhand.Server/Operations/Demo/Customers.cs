using Deskhand.Directory;

namespace Deskhand.Operations.Demo;

/// <summary>A customer of the demonstration.</summary>
/// <param name="Name">Its name; of a household the family's.</param>
/// <param name="Tier">How much it matters.</param>
/// <param name="City">Where it is.</param>
/// <param name="Domain">Of its mail; null = a household.</param>
/// <param name="Parent">The name of the customer above it.</param>
/// <param name="People">How many contacts.</param>
/// <param name="Sites">How many locations.</param>
/// <param name="Assets">How many lines and devices.</param>
/// <param name="Joined">Days ago; 0 = taken over when the desk was set up.</param>
internal sealed record Account(
    string Name, Tier Tier, string City, string? Domain = null, string? Parent = null, int People = 2, int Sites = 1, int Assets = 1, int Joined = 0)
{
    public bool IsHousehold => Domain is null;
}

/// <summary>The customers of the demonstration. Parents come before those below them.</summary>
internal static class Customers
{
    public static readonly Account[] All =
    [
        new("Karoo Logistics", Tier.Gold, "Sandton", "karoo-logistics.example", People: 4, Sites: 2, Assets: 2),
        new("Karoo Logistics Durban", Tier.Gold, "Durban", "karoo-logistics.example", "Karoo Logistics", People: 2),
        new("Karoo Logistics Cape Town", Tier.Silver, "Cape Town", "karoo-logistics.example", "Karoo Logistics", People: 2),
        new("Baobab Health Group", Tier.Platinum, "Pretoria", "baobabhealth.example", People: 4, Sites: 2, Assets: 2),
        new("Baobab Clinic Midrand", Tier.Platinum, "Midrand", "baobabhealth.example", "Baobab Health Group", People: 3, Assets: 2),
        new("Baobab Clinic Stellenbosch", Tier.Gold, "Stellenbosch", "baobabhealth.example", "Baobab Health Group", People: 2),
        new("Table Bay Hotels", Tier.Platinum, "Cape Town", "tablebayhotels.example", People: 4, Sites: 3, Assets: 3),
        new("Umhlanga Surf Lodge", Tier.Gold, "Durban", "tablebayhotels.example", "Table Bay Hotels", People: 2, Joined: 88),
        new("Highveld Property Trust", Tier.Gold, "Sandton", "highveldproperty.example", People: 3, Sites: 3, Assets: 3),
        new("Jacaranda Primary School", Tier.Silver, "Pretoria", "jacarandaprimary.example", People: 3),
        new("Protea Accounting", Tier.Silver, "Midrand", "protea-accounting.example", People: 3),
        new("Kingfisher Architects", Tier.Bronze, "Stellenbosch", "kingfisher.example"),
        new("Vineyard & Barrel", Tier.Silver, "Stellenbosch", "vineyardbarrel.example", People: 3, Sites: 2),
        new("Drakensberg Outfitters", Tier.Bronze, "Durban", "drakensberg-outfitters.example"),
        new("Mzansi Coffee Roasters", Tier.Silver, "Cape Town", "mzansicoffee.example", Sites: 2),
        new("Nkosi & Partners Attorneys", Tier.Gold, "Sandton", "nkosipartners.example", People: 3),
        new("Blue Crane Insurance", Tier.Platinum, "Sandton", "bluecrane.example", People: 4, Sites: 2, Assets: 2),
        new("Rooibos Trading Company", Tier.Bronze, "Cape Town", "rooibostrading.example"),
        new("Southern Cross Radiology", Tier.Gold, "Pretoria", "scradiology.example", People: 3, Assets: 2),
        new("Pangolin Software", Tier.Silver, "Cape Town", "pangolin.example", People: 3, Joined: 71),
        new("Marula Events", Tier.Bronze, "Midrand", "marulaevents.example", Joined: 40),
        new("Hoteles Costa Clara", Tier.Platinum, "Málaga", "costaclara.example", People: 4, Sites: 2, Assets: 2),
        new("Hotel Costa Clara Valencia", Tier.Gold, "Valencia", "costaclara.example", "Hoteles Costa Clara", People: 2),
        new("Clínica Dental Rosales", Tier.Silver, "Málaga", "dentalrosales.example"),
        new("Bodegas Valdemora", Tier.Silver, "Valencia", "valdemora.example", Sites: 2),
        new("Asesoría Benítez y Soler", Tier.Bronze, "Málaga", "benitezsoler.example"),
        new("Colegio San Telmo", Tier.Gold, "Valencia", "santelmo.example", People: 3, Joined: 55),
        new("Naidoo family", Tier.Bronze, "Durban"),
        new("Van der Merwe family", Tier.Bronze, "Pretoria", People: 2),
        new("Mahlangu family", Tier.Silver, "Midrand"),
        new("Jacobs family", Tier.Bronze, "Cape Town"),
        new("Zulu family", Tier.Bronze, "Durban"),
        new("Petersen family", Tier.Bronze, "Stellenbosch"),
        new("Govender family", Tier.Silver, "Durban", People: 2),
        new("Smith family", Tier.Bronze, "Sandton"),
        new("Molefe family", Tier.Bronze, "Pretoria"),
        new("Adams family", Tier.Bronze, "Cape Town"),
        new("Botha family", Tier.Bronze, "Stellenbosch", Joined: 96),
        new("Khumalo family", Tier.Bronze, "Midrand", Joined: 63),
        new("Ferreira family", Tier.Bronze, "Sandton", Joined: 29),
        new("Maseko family", Tier.Bronze, "Pretoria", Joined: 18),
        new("Familia Ortega", Tier.Bronze, "Málaga", People: 2),
        new("Familia Navarro", Tier.Bronze, "Valencia"),
        new("Familia Castillo", Tier.Silver, "Málaga"),
        new("Familia Ibáñez", Tier.Bronze, "Valencia", Joined: 34),
    ];

    public static readonly string[] FirstNames =
        ["Thandi", "Michael", "Anele", "Chantal", "Rajesh", "Busisiwe", "Willem", "Naledi", "Grant", "Fatima", "Kagiso", "Ingrid", "Themba", "Priya", "Hendrik", "Ayanda", "Claire", "Mandla", "Zodwa", "Devan", "Karen", "Tumi", "Riaan", "Nosipho"];

    public static readonly string[] LastNames =
        ["Nkosi", "Pillay", "Van Niekerk", "Mabaso", "Hendricks", "Sithole", "Du Plessis", "Moodley", "Tshabalala", "Meyer", "Radebe", "Louw", "Cele", "Abrahams", "Visser", "Zwane"];

    public static readonly string[] SpanishFirstNames = ["Lucía", "Javier", "Marta", "Álvaro", "Elena", "Sergio", "Nuria", "Pablo", "Rocío", "Andrés", "Beatriz", "Iván"];

    public static readonly string[] SpanishLastNames = ["García", "Romero", "Serrano", "Molina", "Vidal", "Campos", "Ferrer", "Lozano", "Pastor", "Gil"];

    /// <summary>What the first, second, third … contact of a business does there.</summary>
    public static readonly (string Title, string Department)[] Posts =
        [("Office manager", "Administration"), ("IT coordinator", "IT"), ("Accounts clerk", "Finance"), ("Operations manager", "Operations")];

    public static readonly (string Title, string Department)[] SpanishPosts =
        [("Responsable de oficina", "Administración"), ("Responsable de sistemas", "Informática"), ("Contable", "Finanzas"), ("Jefe de operaciones", "Operaciones")];

    /// <summary>What the build-outs are called that lines belong to, by region.</summary>
    public static readonly Dictionary<string, string[]> Projects = new(StringComparer.Ordinal)
    {
        ["gauteng"] = ["Sandton phase 2", "Midrand corridor", "Pretoria East"],
        ["western_cape"] = ["Atlantic Seaboard", "Winelands ring"],
        ["kwazulu_natal"] = ["Durban North", "Umhlanga ridge"],
        ["andalucia"] = ["Málaga Centro"],
        ["levante"] = ["Valencia Eixample"],
    };
}

using Deskhand.Directory;

namespace Deskhand.Operations.Demo;

/// <summary>A town where customers are.</summary>
/// <param name="City">Its name.</param>
/// <param name="State">Province.</param>
/// <param name="PostalCode">Of its centre.</param>
/// <param name="Country">ISO code.</param>
/// <param name="Dial">How its telephone numbers begin.</param>
/// <param name="Region">The value of the field region.</param>
/// <param name="Streets">Some streets.</param>
internal sealed record Place(string City, string State, string PostalCode, string Country, string Dial, string Region, string[] Streets)
{
    public bool IsSpanish => Country == "ES";

    public Address Address(Dice dice) => new()
    {
        Line1 = IsSpanish ? $"{dice.Of(Streets)} {dice.Between(2, 118)}" : $"{dice.Between(2, 240)} {dice.Of(Streets)}",
        Line2 = dice.Percent(25) ? (IsSpanish ? $"Planta {dice.Between(1, 6)}" : $"Unit {dice.Between(1, 24)}") : null,
        City = City,
        State = State,
        PostalCode = PostalCode,
        Country = Country,
    };

    /// <summary>A number of the block that is kept for examples.</summary>
    public string Phone(Dice dice) => IsSpanish ? $"{Dial} 55 01 {dice.Between(10, 99)}" : $"{Dial} 555 0{dice.Between(100, 199)}";

    public string Mobile(Dice dice) => IsSpanish ? $"+34 655 50 01 {dice.Between(10, 99)}" : $"+27 82 555 0{dice.Between(100, 199)}";
}

/// <summary>The towns of the demonstration.</summary>
internal static class Places
{
    public static readonly Place[] All =
    [
        new("Sandton", "Gauteng", "2196", "ZA", "+27 11", "gauteng", ["Rivonia Road", "Grayston Drive", "Maude Street", "Katherine Street"]),
        new("Midrand", "Gauteng", "1685", "ZA", "+27 11", "gauteng", ["New Road", "Olifantsfontein Road", "Old Pretoria Road"]),
        new("Pretoria", "Gauteng", "0002", "ZA", "+27 12", "gauteng", ["Church Street", "Lynnwood Road", "Atterbury Road"]),
        new("Cape Town", "Western Cape", "8001", "ZA", "+27 21", "western_cape", ["Loop Street", "Kloof Street", "Bree Street"]),
        new("Stellenbosch", "Western Cape", "7600", "ZA", "+27 21", "western_cape", ["Dorp Street", "Bird Street", "Strand Road"]),
        new("Durban", "KwaZulu-Natal", "4001", "ZA", "+27 31", "kwazulu_natal", ["Florida Road", "Umgeni Road", "Marine Parade"]),
        new("Málaga", "Málaga", "29016", "ES", "+34 952", "andalucia", ["Calle Larios", "Avenida de Andalucía", "Paseo de Reding"]),
        new("Valencia", "Valencia", "46004", "ES", "+34 963", "levante", ["Calle Colón", "Gran Vía Marqués del Turia", "Calle de la Paz"]),
    ];

    public static Place Of(string city) => All.First(p => p.City == city);
}

using System.Globalization;
using System.Text;

namespace Deskhand.Operations.Demo;

/// <summary>A small log as instruments write it, for attachments.</summary>
internal static class Measurement
{
    public static string Log(DateTimeOffset at, string subject, int seed)
    {
        var dice = new Dice((ulong)seed);
        var text = new StringBuilder(1024).Append(CultureInfo.InvariantCulture, $"# {subject}\n# {at.UtcDateTime:yyyy-MM-dd HH:mm} UTC\n# km      dB      event\n");
        var (km, loss) = (0.0, 0.0);
        for (var i = 0; i < 18; i++)
        {
            km += dice.Between(40, 190) / 1000.0;
            loss += dice.Between(2, 9) / 100.0;
            text.Append(CultureInfo.InvariantCulture, $"{km,7:0.000} {loss,7:0.00}  {(i == 11 ? "reflection, -41 dB" : i % 5 == 4 ? "splice" : "")}\n");
        }

        return text.ToString();
    }
}

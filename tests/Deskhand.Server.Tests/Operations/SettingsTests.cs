using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Deskhand.Server.Tests.Operations;

public sealed class SettingsTests
{
    [Theory]
    [InlineData("", GssEncryptionMode.Disable)]
    [InlineData(";GSS Encryption Mode=Prefer", GssEncryptionMode.Prefer)]
    [InlineData(";GssEncryptionMode=Require", GssEncryptionMode.Require)]
    public void Kerberos_is_asked_for_only_where_the_connection_string_says_so(string written, GssEncryptionMode expected)
    {
        var settings = DeskhandSettings.Load(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["DESKHAND_DATABASE"] = "Host=db.example.com;Database=deskhand;Username=owner;Password=secret" + written,
        }).Build());

        Assert.Equal(expected, new NpgsqlConnectionStringBuilder(settings.Database).GssEncryptionMode);
    }
}

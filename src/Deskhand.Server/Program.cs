using Deskhand;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Operations;

var configuration = new ConfigurationBuilder().AddEnvironmentVariables().Build();
var settings = DeskhandSettings.Load(configuration);
using var loggers = LoggerFactory.Create(l => l.AddConsole());
using var claim = DataFolder.Claim(settings.DataFolder);
var (secret, refusal) = JwtSecret.Open(settings.JwtSecret, settings.DataFolder);
if (secret is null) throw new SettingsException(refusal!);
await using var database = await ServerDatabase.Open(settings, loggers, CancellationToken.None);
await database.AsOwner(m => m.Up(null, CancellationToken.None), loggers.CreateLogger("Deskhand.Data"));
await using var app = DeskServer.Build(settings, secret, database, args);
await app.RunAsync();
return 0;

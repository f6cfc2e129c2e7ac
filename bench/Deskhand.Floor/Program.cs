// The floor: the smallest ASP.NET Core + Npgsql program that sends the bytes Deskhand sends, from the same tables.
// No sign-in, no tenant isolation, no rules: what Deskhand takes beyond this is the price of what it does.
using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.WebUtilities;
using Npgsql;
using NpgsqlTypes;

var tenant = Guid.Parse(Setting("FLOOR_TENANT"));
var author = Guid.Parse(Setting("FLOOR_AUTHOR"));
await using var db = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(Setting("FLOOR_DB"))
{
    MaxPoolSize = 8,
    MaxAutoPrepare = 60,
    AutoPrepareMinUsages = 2,
    NoResetOnClose = true,
});

var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { Args = args });
builder.WebHost.UseKestrelCore().UseUrls(Setting("FLOOR_URL"));
var app = builder.Build();
app.Run(http =>
{
    var path = http.Request.Path.Value.AsSpan();
    var post = HttpMethods.IsPost(http.Request.Method);
    if (path.SequenceEqual("/health")) return Health(http);
    if (path.SequenceEqual("/tickets")) return post ? Create(http) : List(http);
    if (path.StartsWith("/tickets/") && path.Length >= 45 && Guid.TryParse(path[9..45], out var id))
        return post ? Comment(http, id) : Get(http, id);
    http.Response.StatusCode = StatusCodes.Status404NotFound;
    return Task.CompletedTask;
});
await app.RunAsync();

static string Setting(string name) =>
    Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set");

static Utf8JsonWriter Answer(HttpContext http, int status = StatusCodes.Status200OK)
{
    http.Response.StatusCode = status;
    http.Response.ContentType = "application/json; charset=utf-8";
    return new Utf8JsonWriter(http.Response.BodyWriter, Wire.Options);
}

static async Task Health(HttpContext http)
{
    await using var json = Answer(http);
    json.WriteStartObject();
    json.WriteString("status"u8, "ok"u8);
    json.WriteEndObject();
}

async Task Get(HttpContext http, Guid id)
{
    await using var command = db.CreateCommand(Sql.Get);
    Add(command, tenant);
    Add(command, id);
    await using var row = await command.ExecuteReaderAsync();
    if (!await row.ReadAsync())
    {
        http.Response.StatusCode = StatusCodes.Status404NotFound;
        return;
    }
    await using var json = Answer(http);
    Wire.Ticket(json, row, full: true);
}

// filters: status, assignee, customerId; sort: -createdAt or the default, newest change first;
// after=<ticks>_<id> is the row before the page (a keyset start: any depth costs the same)
async Task List(HttpContext http)
{
    var filter = Filter.None;
    var byCreated = false;
    object? wanted = null;
    DateTime? afterAt = null;
    var afterId = Guid.Empty;
    foreach (var pair in new QueryStringEnumerable(http.Request.QueryString.Value))
    {
        var value = pair.EncodedValue.Span;
        switch (pair.EncodedName.Span)
        {
            case "status": (filter, wanted) = (Filter.Status, value.ToString()); break;
            case "assignee": (filter, wanted) = (Filter.Assignee, Guid.Parse(value)); break;
            case "customerId": (filter, wanted) = (Filter.Customer, Guid.Parse(value)); break;
            case "sort": byCreated = value is "-createdAt"; break;
            case "after":
                var bar = value.IndexOf('_');
                afterAt = new DateTime(long.Parse(value[..bar]), DateTimeKind.Utc);
                afterId = Guid.Parse(value[(bar + 1)..]);
                break;
        }
    }

    await using var command = db.CreateCommand(Sql.List(filter, byCreated, afterAt is not null));
    Add(command, tenant);
    if (wanted is string status) Add(command, status);
    else if (wanted is Guid id) Add(command, id);
    if (afterAt is { } at)
    {
        Add(command, at);
        Add(command, afterId);
    }

    await using var row = await command.ExecuteReaderAsync();
    await using var json = Answer(http);
    json.WriteStartObject();
    json.WriteStartArray("data"u8);
    DateTime lastAt = default;
    Guid lastId = default;
    var rows = 0;
    var more = false;
    while (await row.ReadAsync())
    {
        if (rows == Sql.PageSize)
        {
            more = true;
            break;
        }
        rows++;
        Wire.Ticket(json, row, full: false);
        lastId = row.GetGuid(0);
        lastAt = row.GetDateTime(byCreated ? Sql.CreatedAt : Sql.UpdatedAt);
    }
    json.WriteEndArray();
    json.WriteStartObject("pagination"u8);
    json.WriteNumber("page"u8, 1);
    json.WriteNumber("limit"u8, Sql.PageSize);
    // counting is not part of the least work
    json.WriteNumber("total"u8, 1000);
    json.WriteBoolean("totalIsEstimate"u8, true);
    if (more) json.WriteString("nextCursor"u8, $"{lastAt.Ticks}_{lastId}");
    json.WriteBoolean("hasMore"u8, more);
    json.WriteEndObject();
    json.WriteEndObject();
}

// ticket + history + event in one transaction, statement by statement. The event has no delivery row: what the floor
// writes must not keep Deskhand's relay busy while the two take turns.
async Task Create(HttpContext http)
{
    var body = (await JsonSerializer.DeserializeAsync(http.Request.Body, Bodies.Default.NewTicket))!;
    var now = DateTime.UtcNow;
    var id = Guid.CreateVersion7();
    await using var connection = await db.OpenConnectionAsync();
    await using var transaction = await connection.BeginTransactionAsync();
    var buffer = new ArrayBufferWriter<byte>(2048);
    await using (var command = new NpgsqlCommand(Sql.InsertTicket, connection, transaction))
    {
        Add(command, tenant);
        Add(command, id);
        Add(command, body.Subject);
        Add(command, body.Description);
        Add(command, (short)(Array.IndexOf(Wire.Priorities, body.Priority) + 1));
        Add(command, body.CustomerId);
        Add(command, now);
        Add(command, author);
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        await using var json = new Utf8JsonWriter(buffer, Wire.Options);
        Wire.Ticket(json, row, full: true);
    }
    await History(connection, transaction, id, "status", "\"new\"", now);
    await Event(connection, transaction, id, 1, "ticket.created", "ticket", buffer.WrittenMemory, now);
    await transaction.CommitAsync();

    http.Response.StatusCode = StatusCodes.Status201Created;
    http.Response.ContentType = "application/json; charset=utf-8";
    await http.Response.BodyWriter.WriteAsync(buffer.WrittenMemory);
}

async Task Comment(HttpContext http, Guid ticket)
{
    var body = (await JsonSerializer.DeserializeAsync(http.Request.Body, Bodies.Default.NewComment))!;
    var now = DateTime.UtcNow;
    var id = Guid.CreateVersion7();
    var buffer = new ArrayBufferWriter<byte>(1024);
    await using (var json = new Utf8JsonWriter(buffer, Wire.Options)) Wire.Comment(json, id, ticket, body, author, now);

    await using var connection = await db.OpenConnectionAsync();
    await using var transaction = await connection.BeginTransactionAsync();
    long sequence;
    await using (var command = new NpgsqlCommand(Sql.TouchTicket, connection, transaction))
    {
        Add(command, tenant);
        Add(command, ticket);
        Add(command, now);
        sequence = (long)(await command.ExecuteScalarAsync())!;
    }
    await using (var command = new NpgsqlCommand(Sql.InsertComment, connection, transaction))
    {
        Add(command, tenant);
        Add(command, id);
        Add(command, ticket);
        Add(command, body.Body);
        Add(command, body.Visibility);
        Add(command, now);
        Add(command, author);
        await command.ExecuteNonQueryAsync();
    }
    await History(connection, transaction, ticket, "comments", Encoding.UTF8.GetString(buffer.WrittenSpan), now);
    await Event(connection, transaction, ticket, sequence, "ticket.commented", "comment", buffer.WrittenMemory, now);
    await transaction.CommitAsync();

    http.Response.StatusCode = StatusCodes.Status201Created;
    http.Response.ContentType = "application/json; charset=utf-8";
    await http.Response.BodyWriter.WriteAsync(buffer.WrittenMemory);
}

async Task History(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid ticket, string field, string to, DateTime now)
{
    await using var command = new NpgsqlCommand(Sql.InsertHistory, connection, transaction);
    Add(command, tenant);
    Add(command, Guid.CreateVersion7());
    Add(command, ticket);
    Add(command, now);
    Add(command, field);
    command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = to, NpgsqlDbType = NpgsqlDbType.Jsonb });
    Add(command, author);
    await command.ExecuteNonQueryAsync();
}

async Task Event(
    NpgsqlConnection connection, NpgsqlTransaction transaction, Guid ticket, long sequence, string type, string entity, ReadOnlyMemory<byte> data, DateTime now)
{
    var id = Guid.CreateVersion7();
    var envelope = new ArrayBufferWriter<byte>(data.Length + 512);
    await using (var json = new Utf8JsonWriter(envelope, Wire.Options))
    {
        json.WriteStartObject();
        json.WriteString("eventId"u8, id);
        json.WriteString("eventType"u8, type);
        json.WriteString("eventVersion"u8, "1.0"u8);
        Wire.Instant(json, "timestamp"u8, now);
        json.WriteString("tenantId"u8, tenant);
        json.WriteString("userId"u8, author);
        json.WriteNumber("sequence"u8, sequence);
        json.WriteStartObject("data"u8);
        json.WritePropertyName(entity);
        json.WriteRawValue(data.Span, skipInputValidation: true);
        json.WriteEndObject();
        json.WriteEndObject();
    }
    await using var command = new NpgsqlCommand(Sql.InsertEvent, connection, transaction);
    Add(command, tenant);
    Add(command, id);
    Add(command, type);
    Add(command, ticket);
    Add(command, sequence);
    Add(command, now);
    command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = envelope.WrittenSpan.ToArray(), NpgsqlDbType = NpgsqlDbType.Text });
    await command.ExecuteNonQueryAsync();
}

static void Add<T>(NpgsqlCommand command, T value) => command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });

internal enum Filter { None, Status, Assignee, Customer }

internal static class Sql
{
    public const int PageSize = 50;
    public const int CreatedAt = 29;
    public const int UpdatedAt = 30;

    private const string Columns =
        "id, number, reference, external_id, subject, status, status_category, priority, type, category, subcategory, tags, custom_fields, channel, "
        + "customer_id, contact_id, location_id, asset_id, assignee_id, group_id, due_at, escalation_level, escalation_reason, escalated_at, "
        + "first_responded_at, solved_at, closed_at, version, created_by, created_at, updated_at, "
        + "problem_id, merged_into_id, follower_ids, project_id, sla_state, sla_due_at, sla_policy_id";

    private const string Full = Columns + ", description";

    public const string Get = $"SELECT {Full} FROM tickets WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL";

    public const string InsertTicket =
        $$"""
        INSERT INTO tickets (tenant_id, id, number, reference, subject, description, status, status_category, priority, type, category, channel,
                             customer_id, version, sequence, created_by, created_at, updated_at)
        SELECT $1, $2, n, 'TICKET-2026-' || n, $3, $4, 'new', 'new', $5, 'question', 'general_inquiry', 'api', $6, 1, 1, $8, $7, $7
        FROM nextval('bench.floor_number') n
        RETURNING {{Full}}
        """;

    public const string TouchTicket =
        "UPDATE tickets SET updated_at = $3, version = version + 1, sequence = sequence + 1 WHERE tenant_id = $1 AND id = $2 RETURNING sequence";

    public const string InsertComment =
        """
        INSERT INTO ticket_comments (tenant_id, id, ticket_id, author_kind, author_id, visibility, format, body, via, created_at)
        VALUES ($1, $2, $3, 'agent', $7, $5, 'markdown', $4, 'api', $6)
        """;

    public const string InsertHistory =
        """
        INSERT INTO history (tenant_id, id, entity_type, entity_id, at, actor_kind, actor_id, via, field, to_value)
        VALUES ($1, $2, 'ticket', $3, $4, 'agent', $7, 'api', $5, $6)
        """;

    public const string InsertEvent =
        "INSERT INTO events (tenant_id, id, type, entity_type, entity_id, sequence, at, body) VALUES ($1, $2, $3, 'ticket', $4, $5, $6, $7)";

    private static readonly string[] Lists = [.. from filter in Enum.GetValues<Filter>()
                                                 from byCreated in new[] { false, true }
                                                 from after in new[] { false, true }
                                                 select Build(filter, byCreated, after)];

    public static string List(Filter filter, bool byCreated, bool after) =>
        Lists[((int)filter * 4) + (byCreated ? 2 : 0) + (after ? 1 : 0)];

    private static string Build(Filter filter, bool byCreated, bool after)
    {
        var order = byCreated ? "created_at" : "updated_at";
        var (where, next) = filter switch
        {
            Filter.None => ("", 2),
            Filter.Status => (" AND status = $2", 3),
            Filter.Assignee => (" AND assignee_id = $2", 3),
            Filter.Customer => (" AND customer_id = $2", 3),
        };
        if (after) where += $" AND ({order}, id) < (${next}, ${next + 1})";
        return $"SELECT {Columns} FROM tickets WHERE tenant_id = $1 AND deleted_at IS NULL{where} ORDER BY {order} DESC, id DESC LIMIT {PageSize + 1}";
    }
}

internal static class Wire
{
    public static readonly JsonWriterOptions Options = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static readonly string[] Priorities = ["low", "normal", "high", "urgent"];

    public static void Ticket(Utf8JsonWriter json, NpgsqlDataReader row, bool full)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, row.GetGuid(0));
        json.WriteString("reference"u8, row.GetString(2));
        json.WriteNumber("number"u8, row.GetInt64(1));
        Text(json, "externalId"u8, row, 3);
        json.WriteString("subject"u8, row.GetString(4));
        if (full) json.WriteString("description"u8, row.GetString(38));
        json.WriteString("status"u8, row.GetString(5));
        json.WriteString("statusCategory"u8, row.GetString(6));
        json.WriteString("priority"u8, Priorities[row.GetInt16(7) - 1]);
        json.WriteString("type"u8, row.GetString(8));
        json.WriteString("category"u8, row.GetString(9));
        Text(json, "subcategory"u8, row, 10);
        json.WriteStartArray("tags"u8);
        foreach (var tag in row.GetFieldValue<string[]>(11)) json.WriteStringValue(tag);
        json.WriteEndArray();
        json.WritePropertyName("customFields"u8);
        json.WriteRawValue(row.GetString(12), skipInputValidation: true);
        json.WriteString("channel"u8, row.GetString(13));
        Id(json, "customerId"u8, row, 14);
        Id(json, "contactId"u8, row, 15);
        Id(json, "locationId"u8, row, 16);
        Id(json, "assetId"u8, row, 17);
        Id(json, "projectId"u8, row, 34);
        Id(json, "assigneeId"u8, row, 18);
        Id(json, "groupId"u8, row, 19);
        Instant(json, "dueAt"u8, row, 20);
        Id(json, "problemId"u8, row, 31);
        Id(json, "mergedIntoId"u8, row, 32);
        json.WriteStartArray("followerIds"u8);
        foreach (var follower in row.GetFieldValue<Guid[]>(33)) json.WriteStringValue(follower);
        json.WriteEndArray();
        json.WriteNumber("escalationLevel"u8, row.GetInt16(21));
        Text(json, "escalationReason"u8, row, 22);
        Instant(json, "escalatedAt"u8, row, 23);
        Instant(json, "firstRespondedAt"u8, row, 24);
        Instant(json, "solvedAt"u8, row, 25);
        Instant(json, "closedAt"u8, row, 26);
        if (row.IsDBNull(35)) json.WriteNull("sla"u8);
        else
        {
            json.WriteStartObject("sla"u8);
            json.WriteString("state"u8, row.GetString(35));
            Instant(json, "nextDueAt"u8, row, 36);
            json.WriteString("policyId"u8, row.GetGuid(37));
            json.WriteEndObject();
        }

        json.WriteNumber("version"u8, row.GetInt64(27));
        Id(json, "createdBy"u8, row, 28);
        Instant(json, "createdAt"u8, row.GetDateTime(29));
        Instant(json, "updatedAt"u8, row.GetDateTime(30));
        json.WriteEndObject();
    }

    public static void Comment(Utf8JsonWriter json, Guid id, Guid ticket, NewComment comment, Guid author, DateTime at)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("ticketId"u8, ticket);
        json.WriteString("visibility"u8, comment.Visibility);
        json.WriteString("format"u8, "markdown"u8);
        json.WriteString("body"u8, comment.Body);
        json.WriteString("authorKind"u8, "agent"u8);
        json.WriteString("authorId"u8, author);
        json.WriteString("via"u8, "api"u8);
        json.WriteStartArray("attachmentIds"u8);
        json.WriteEndArray();
        Instant(json, "createdAt"u8, at);
        json.WriteNull("editedAt"u8);
        json.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter json, ReadOnlySpan<byte> name, NpgsqlDataReader row, int column)
    {
        if (row.IsDBNull(column)) json.WriteNull(name);
        else json.WriteString(name, row.GetString(column));
    }

    private static void Id(Utf8JsonWriter json, ReadOnlySpan<byte> name, NpgsqlDataReader row, int column)
    {
        if (row.IsDBNull(column)) json.WriteNull(name);
        else json.WriteString(name, row.GetGuid(column));
    }

    // RFC 3339 with milliseconds: the first 23 characters of the round-trip format, which has a quick path
    public static void Instant(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTime at)
    {
        Span<byte> text = stackalloc byte[28];
        at.TryFormat(text, out _, "O");
        text[23] = (byte)'Z';
        json.WriteString(name, text[..24]);
    }

    private static void Instant(Utf8JsonWriter json, ReadOnlySpan<byte> name, NpgsqlDataReader row, int column)
    {
        if (row.IsDBNull(column)) json.WriteNull(name);
        else Instant(json, name, row.GetDateTime(column));
    }
}

internal sealed record NewTicket(string Subject, string Description, string Priority, Guid CustomerId);

internal sealed record NewComment(string Body, string Visibility);

[JsonSerializable(typeof(NewTicket)), JsonSerializable(typeof(NewComment))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class Bodies : JsonSerializerContext;

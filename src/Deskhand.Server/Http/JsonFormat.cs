using System.Collections.Immutable;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Deskhand.Tickets;

namespace Deskhand.Http;

/// <summary>The JSON of the API (docs/guide/api.md, conventions): camelCase, snake_case enum values, RFC 3339 instants with Z, and nothing unknown is accepted.</summary>
internal static class JsonFormat
{
    /// <summary>By which answers and events are written, and everything is read.</summary>
    public static JsonSerializerOptions Options { get; } = Create([new TicketJson()]);

    /// <summary>The same as the types say it, for descriptions of them: what is written by hand has no form that could be asked for.</summary>
    public static JsonSerializerOptions Described { get; } = Create([]);

    /// <summary>For a writer of one's own: <see cref="Options"/> checks what it writes.</summary>
    public static JsonWriterOptions Writing { get; } = new() { Encoder = Options.Encoder, MaxDepth = Options.MaxDepth, SkipValidation = true };

    public static void Apply(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.PropertyNameCaseInsensitive = false;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.MaxDepth = 16;
        // the answers are JSON and never HTML, so only what JSON itself needs is escaped
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new InstantConverter());
        options.Converters.Add(new CustomValuesConverter());
        options.Converters.Add(new WireEnumConverter());
        options.Converters.Add(new TextArrayConverter());
    }

    private static JsonSerializerOptions Create(IEnumerable<JsonConverter> byHand)
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Apply(options);
        foreach (var converter in byHand) options.Converters.Add(converter);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    /// <summary>RFC 3339 in UTC with milliseconds.</summary>
    public static void Write(Utf8JsonWriter writer, DateTimeOffset instant)
    {
        // the round-trip format has a fast path; its first 23 characters end in milliseconds
        Span<byte> text = stackalloc byte[32];
        if (!instant.UtcDateTime.TryFormat(text, out _, "O", CultureInfo.InvariantCulture)) throw new JsonException();
        text[23] = (byte)'Z';
        writer.WriteStringValue(text[..24]);
    }

    public static void Write(Utf8JsonWriter writer, CustomValues values)
    {
        writer.WriteStartObject();
        // to walk through none, as most tickets have, takes memory all the same
        if (values.Count > 0)
        {
            foreach (var (key, element) in values.Each)
            {
                writer.WritePropertyName(key);
                element.WriteTo(writer);
            }
        }

        writer.WriteEndObject();
    }

    private sealed class InstantConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && Instants.Parse(reader.GetString()!) is { } instant
                ? instant
                : throw new JsonException("Expected an instant such as 2026-11-20T09:30:00Z.");

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => JsonFormat.Write(writer, value);
    }

    private sealed class CustomValuesConverter : JsonConverter<CustomValues>
    {
        public override CustomValues Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException("Expected an object of custom field values.");
            return CustomValues.From(JsonElement.ParseValue(ref reader).EnumerateObject().Select(p => KeyValuePair.Create(p.Name, p.Value)));
        }

        public override void Write(Utf8JsonWriter writer, CustomValues value, JsonSerializerOptions options) => JsonFormat.Write(writer, value);
    }

    /// <summary>A list of strings; missing or null elements are refused, an unset list is written as an empty one.</summary>
    private sealed class TextArrayConverter : JsonConverter<ImmutableArray<string>>
    {
        public override ImmutableArray<string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException("Expected a list of strings.");
            var texts = ImmutableArray.CreateBuilder<string>();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                texts.Add(reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException("Expected a list of strings."));
            return texts.ToImmutable();
        }

        public override void Write(Utf8JsonWriter writer, ImmutableArray<string> value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            if (!value.IsDefault)
                foreach (var text in value) writer.WriteStringValue(text);
            writer.WriteEndArray();
        }
    }

    private sealed class WireEnumConverter : JsonConverterFactory
    {
        public override bool CanConvert(Type typeToConvert) => typeToConvert.IsEnum && typeToConvert.Assembly == typeof(Wire).Assembly;

        public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
            (JsonConverter)Activator.CreateInstance(typeof(WireEnumConverter<>).MakeGenericType(typeToConvert))!;
    }

    private sealed class WireEnumConverter<T> : JsonConverter<T> where T : struct, Enum
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && Wire.Find<T>(reader.GetString()!) is { } value
                ? value
                : throw new JsonException($"Expected one of: {string.Join(", ", Wire.All<T>())}.");

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(Wire.Name(value));
    }
}

/// <summary>Instants on the wire: RFC 3339 with an offset; kept in UTC with the database's microseconds.</summary>
internal static class Instants
{
    /// <summary>Now, as the database keeps it: what is answered at once must equal what is read later. Finer than the milliseconds of the wire, so that a reader who goes on from an instant shown to it (<c>updatedAfter</c>) sees a row twice rather than never.</summary>
    public static DateTimeOffset Now(TimeProvider clock) => new(clock.GetUtcNow().UtcTicks / 10 * 10, TimeSpan.Zero);

    public static DateTimeOffset? Parse(string text) =>
        text.Length >= 17 && text.Contains('T', StringComparison.Ordinal) && HasOffset(text)
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant) && instant.UtcDateTime.Year is >= 1900 and <= 9000
            ? new DateTimeOffset(instant.UtcTicks / 10 * 10, TimeSpan.Zero)
            : null;

    private static bool HasOffset(string text) =>
        text.EndsWith('Z') || text.LastIndexOf('+') > 10 || text.LastIndexOf('-') > 10;
}

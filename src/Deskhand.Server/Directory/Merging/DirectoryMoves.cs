using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Deskhand.Directory;

/// <summary>
/// Sets fields of entries as a list of moves says, there or back. A field that has not the value it is expected to have was changed by somebody
/// since: it is left and told. So undoing is the same work the other way round.
/// </summary>
internal sealed class DirectoryMoves(TenantSession session, ChangeLog log, Actor by, DateTimeOffset now, bool isBack, string reason)
{
    private const string Owner = "customerId";

    public List<LeftBehind> Left { get; } = [];

    /// <summary>Applies the moves of one kind of entry.</summary>
    public async Task Apply<TRow, TFields>(Kind<TRow, TFields> kind, IEnumerable<Move> all, CancellationToken cancellationToken) where TRow : Entry<TFields> where TFields : class, IFields<TFields>
    {
        var moves = all.Where(m => m.EntityType == kind.Name).GroupBy(m => m.EntityId).ToDictionary(g => g.Key, g => g.ToArray());
        if (moves.Count == 0) return;
        Guid[] ids = [.. moves.Keys.Order()];
        await session.Execute($"SELECT 1 FROM {kind.Table} WHERE tenant_id = $1 AND id = ANY ($2) ORDER BY id FOR NO KEY UPDATE", cancellationToken, Rows.P(session.TenantId), Rows.P(ids));
        var rows = await session.Db.Set<TRow>().Where(r => ids.Contains(r.Id) && r.DeletedAt == null).ToListAsync(cancellationToken);
        foreach (var (id, gone) in moves.Where(m => rows.TrueForAll(r => r.Id != m.Key))) Left.AddRange(gone.Select(m => new LeftBehind(kind.Name, id, m.Field)));
        var changed = new List<(TRow Before, TRow After)>();
        foreach (var row in rows)
        {
            var fields = Node(row);
            var touched = false;
            foreach (var move in moves[row.Id])
            {
                var (expected, value) = isBack ? (move.To, move.From) : (move.From, move.To);
                var (parent, name) = Place(fields, move.Field);
                if (Same(parent[name], expected))
                {
                    parent[name] = value is { } v && v.ValueKind != JsonValueKind.Null ? JsonNode.Parse(v.GetRawText()) : null;
                    touched = true;
                }
                else Left.Add(new(kind.Name, row.Id, move.Field));
            }

            if (touched) changed.Add((row, With<TRow, TFields>(row, fields)));
        }

        var happened = new List<Happened>();
        foreach (var part in changed.Chunk(1000))
        {
            await DirectoryBulk.Save<TRow, TFields>(session, kind.Table, [.. part.Select(c => c.After)], isNew: false, cancellationToken);
            happened.AddRange(part.Select(c => DirectoryBulk.Happening(kind, by, "updated", c.After, Changes<TRow, TFields>(c.Before, c.After), reason)));
        }

        await log.Write(session, happened, cancellationToken);
    }

    private static ImmutableArray<FieldChange> Changes<TRow, TFields>(TRow before, TRow after) where TRow : Entry<TFields> where TFields : class, IFields<TFields>
    {
        var changes = FieldDiff.Between(before.Fields, after.Fields);
        return OwnerOf(before) == OwnerOf(after) ? changes : changes.Add(new FieldChange(Owner, Json.Of(OwnerOf(before)), Json.Of(OwnerOf(after))));
    }

    private TRow With<TRow, TFields>(TRow row, JsonObject fields) where TRow : Entry<TFields> where TFields : class, IFields<TFields>
    {
        object next = row;
        if (OwnerOf(row) is not null)
        {
            var owner = fields[Owner]!.GetValue<Guid>();
            fields.Remove(Owner);
            next = row switch { Contact contact => contact with { CustomerId = owner }, Location location => location with { CustomerId = owner }, _ => row };
        }

        return DirectoryBulk.Touch<TRow, TFields>((TRow)((Entry<TFields>)next with { Fields = fields.Deserialize<TFields>(JsonFormat.Options)! }), now);
    }

    /// <summary>Whose a contact or a location is; null for what names its customer among its fields.</summary>
    private static Guid? OwnerOf(object row) => row switch { Contact contact => contact.CustomerId, Location location => location.CustomerId, _ => null };

    /// <summary>The fields as the JSON that clients write, with the customer of what belongs to one.</summary>
    private static JsonObject Node<TFields>(Entry<TFields> row) where TFields : class, IFields<TFields>
    {
        var node = new JsonObject();
        foreach (var (field, value) in row.Fields.Values())
        {
            var (parent, name) = Place(node, field);
            parent[name] = value is null ? null : JsonNode.Parse(value);
        }

        if (OwnerOf(row) is { } owner) node[Owner] = owner;
        return node;
    }

    /// <summary><c>address.city</c> stands in <c>address</c>.</summary>
    private static (JsonObject Parent, string Name) Place(JsonObject node, string field)
    {
        var dot = field.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0) return (node, field);
        if (node[field[..dot]] is not JsonObject inner) node[field[..dot]] = inner = [];
        return (inner, field[(dot + 1)..]);
    }

    private static bool Same(JsonNode? node, JsonElement? value) =>
        node is null ? value is not { } v || v.ValueKind == JsonValueKind.Null : value is { } other && JsonNode.DeepEquals(node, JsonNode.Parse(other.GetRawText()));
}

using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;

namespace Deskhand.Realtime;

/// <summary>Somebody who looks at a ticket, over however many connections.</summary>
/// <param name="UserId">Who it is.</param>
/// <param name="Name">What that one is called.</param>
/// <param name="Typing">Whether that one writes something at the moment.</param>
/// <param name="Since">When the first of the connections began to look.</param>
internal sealed record PersonHere(Guid UserId, string Name, bool Typing, DateTimeOffset Since);

/// <summary>What is told of a ticket: who is there, as of the last look into the database.</summary>
/// <param name="Place">Where the ticket stands, which decides who may be told.</param>
/// <param name="People">Those who came first.</param>
/// <param name="Count">How many people there are.</param>
/// <param name="Message">The same as it is sent.</param>
internal sealed record RoomShown(TicketPlace Place, ImmutableArray<PersonHere> People, int Count, LiveMessage Message)
{
    public bool SaysTheSame(RoomShown other) => Count == other.Count && People.SequenceEqual(other.People);
}

/// <summary>A ticket that somebody of this process looks at. Changed under the lock of its board.</summary>
internal sealed class PresenceRoom(Guid ticketId, TicketPlace place)
{
    /// <summary>People who are named; of more there is only the number.</summary>
    public const int MostNamed = 20;

    public const string Name = "ticket:presence";

    public Guid TicketId { get; } = ticketId;

    /// <summary>What listeners are told now.</summary>
    public RoomShown Shown { get; set; } = Nobody(ticketId, place);

    /// <summary>Who of this process looks, and until when each is typing, in ticks of the clock; 0 = is not.</summary>
    public Dictionary<EventReader, long> Here { get; } = [];

    /// <summary>Those that have not been told yet who is here.</summary>
    public HashSet<EventReader> New { get; } = [];

    /// <summary>When something lapses, in ticks of the clock; null = nothing does.</summary>
    public long? LapsesAt { get; set; }

    /// <summary>That nobody is here, which is also what somebody is told who may see it no longer.</summary>
    public static RoomShown Nobody(Guid ticketId, TicketPlace? place = null) => Show(ticketId, place ?? new TicketPlace(null, null, Deleted: true), [], 0);

    public static RoomShown Show(Guid ticketId, TicketPlace place, ImmutableArray<PersonHere> people, int count)
    {
        var json = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteString("id", ticketId);
            writer.WriteStartArray("people");
            foreach (var person in people)
            {
                writer.WriteStartObject();
                writer.WriteString("userId", person.UserId);
                writer.WriteString("name", person.Name);
                writer.WriteBoolean("typing", person.Typing);
                writer.WriteString("since", Json.Text(person.Since));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteNumber("count", count);
            writer.WriteEndObject();
        }

        return new RoomShown(place, people, count, LiveMessage.Of(Name, null, json.WrittenSpan));
    }
}

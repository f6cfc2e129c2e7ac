using System.Text.Json;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Erp;

/// <summary>
/// Takes events from RabbitMQ and works on each once: the event's id is written into the table "inbox" in the transaction of the work. What
/// cannot be worked on goes to a queue of its own. Needs the packages RabbitMQ.Client 7 and Npgsql.
/// </summary>
public static class RabbitConsumer
{
    public static async Task Run(Uri broker, string exchange, string database, Func<JsonElement, NpgsqlTransaction, Task> work, CancellationToken stop)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using (var create = source.CreateCommand("CREATE TABLE IF NOT EXISTS inbox (event_id uuid PRIMARY KEY, seen_at timestamptz NOT NULL DEFAULT now())")) await create.ExecuteNonQueryAsync(stop);

        // the client connects again by itself, and declares queues and consumers again
        await using var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync(stop);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: stop);
        await channel.QueueDeclareAsync("erp.dead", durable: true, exclusive: false, autoDelete: false, cancellationToken: stop);
        await channel.QueueDeclareAsync("erp", durable: true, exclusive: false, autoDelete: false, cancellationToken: stop, arguments: new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["x-queue-type"] = "quorum",
            // after three tries that ended without an answer
            ["x-delivery-limit"] = 3,
            ["x-dead-letter-exchange"] = "",
            ["x-dead-letter-routing-key"] = "erp.dead",
        });
        await channel.QueueBindAsync("erp", exchange, "ticket.#", cancellationToken: stop);
        // one at a time: the order of an entity's events holds
        await channel.BasicQosAsync(0, prefetchCount: 1, global: false, stop);

        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, message) =>
        {
            try
            {
                using var body = JsonDocument.Parse(message.Body);
                await Once(source, body.RootElement, work, stop);
                await channel.BasicAckAsync(message.DeliveryTag, multiple: false, stop);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                await Console.Error.WriteLineAsync($"{message.BasicProperties.MessageId}: {e.Message}");
                await channel.BasicNackAsync(message.DeliveryTag, multiple: false, requeue: true, stop);
            }
        };
        await channel.BasicConsumeAsync("erp", autoAck: false, consumer, stop);
        await Task.Delay(Timeout.Infinite, stop).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    private static async Task Once(NpgsqlDataSource source, JsonElement e, Func<JsonElement, NpgsqlTransaction, Task> work, CancellationToken stop)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        await using var seen = new NpgsqlCommand("INSERT INTO inbox (event_id) VALUES ($1) ON CONFLICT DO NOTHING", connection, transaction) { Parameters = { new() { Value = e.GetProperty("eventId").GetGuid() } } };
        if (await seen.ExecuteNonQueryAsync(stop) == 0) return;
        await work(e, transaction);
        await transaction.CommitAsync(stop);
    }
}

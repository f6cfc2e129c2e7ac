using RabbitMQ.Client;

namespace Deskhand.Outbox;

/// <summary>How this server connects to RabbitMQ, and leaves it.</summary>
internal static class RabbitMqConnection
{
    /// <summary>How long the broker may take to answer.</summary>
    public static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(5);

    /// <summary>The client's own recovery is off: whoever uses the connection decides what to do again, and declares anew what it needs.</summary>
    public static Task<IConnection> Open(Uri url, string name, CancellationToken cancellationToken) =>
        new ConnectionFactory
        {
            Uri = url,
            ClientProvidedName = name,
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
            RequestedHeartbeat = TimeSpan.FromSeconds(10),
            RequestedConnectionTimeout = AnswerWithin,
            HandshakeContinuationTimeout = AnswerWithin,
            ContinuationTimeout = AnswerWithin,
        }.CreateConnectionAsync(cancellationToken);

    /// <summary>Leaves without waiting for a broker that does not answer.</summary>
    public static async Task Close(IConnection connection, ILogger logger)
    {
        try
        {
            await connection.CloseAsync(Constants.ReplySuccess, "reconnecting", TimeSpan.FromSeconds(1), abort: true, CancellationToken.None);
            await connection.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(2), CancellationToken.None);
        }
        catch (Exception e)
        {
            logger.LogDebug(e, "The lost connection to RabbitMQ did not close well");
        }
    }
}

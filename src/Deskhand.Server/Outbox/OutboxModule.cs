using Deskhand.Data;

namespace Deskhand.Outbox;

/// <summary>Table of contents: events and their relay.</summary>
internal static class OutboxModule
{
    public static void Add(IServiceCollection services, DeskhandSettings settings)
    {
        services.AddSingleton<OutboxSinks>();
        services.AddSingleton<OutboxSignal>();
        services.AddSingleton<MailQueue>();
        services.AddSingleton<ChangeLog>();
        services.AddSingleton<OutboxHealth>();
        services.AddSingleton<EventRetention>();
        if (settings.RabbitMqUrl is not null) services.AddSingleton<EventSink, RabbitMqSink>();
        if (settings.KafkaBootstrap is not null) services.AddSingleton<EventSink, KafkaSink>();
        services.AddSingleton<Relay>();
        services.AddHostedService(s => s.GetRequiredService<Relay>());
        services.AddSingleton<OutboxTeller>();
        services.AddHostedService(s => s.GetRequiredService<OutboxTeller>());
    }

    /// <summary>Hears of events that other processes commit.</summary>
    public static void Connect(IServiceProvider services, DatabaseListener listener) => services.GetRequiredService<OutboxTeller>().ListenOn(listener);
}

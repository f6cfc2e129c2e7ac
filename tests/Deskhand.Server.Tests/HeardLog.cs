using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Deskhand.Server.Tests;

/// <summary>A log that keeps what it is told from a level on.</summary>
internal sealed class HeardLog<T>(LogLevel least) : ILogger<T>
{
    public ConcurrentQueue<(string Message, Exception? Exception)> Heard { get; } = [];

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel)) Heard.Enqueue((formatter(state, exception), exception));
    }
}

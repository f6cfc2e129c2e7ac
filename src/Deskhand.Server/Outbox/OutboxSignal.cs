using System.Collections.Immutable;

namespace Deskhand.Outbox;

/// <summary>A wake-up call for one waiting loop. Any number of calls while the loop works make it look once more.</summary>
internal sealed class Wake : IDisposable
{
    private readonly SemaphoreSlim calls = new(0);
    private int called;

    public void Call()
    {
        if (Interlocked.Exchange(ref called, 1) == 0) calls.Release();
    }

    /// <summary>Waits for a call, at most so long. True when there was one.</summary>
    public async Task<bool> Wait(TimeSpan atMost, CancellationToken cancellationToken)
    {
        var heard = await calls.WaitAsync(atMost, cancellationToken);
        // before the caller looks at its work: a call that comes now finds the flag down and is not lost
        if (heard) Interlocked.Exchange(ref called, 0);
        return heard;
    }

    public void Dispose() => calls.Dispose();
}

/// <summary>Tells what waits for events that some were committed. Subscribed before the server starts.</summary>
internal sealed class OutboxSignal
{
    private ImmutableArray<Wake> anywhere = [];
    private ImmutableArray<Wake> here = [];

    /// <summary>Something was committed by this process.</summary>
    public void Raise()
    {
        foreach (var wake in anywhere) wake.Call();
        foreach (var wake in here) wake.Call();
    }

    /// <summary>Something was, or may have been, committed by another process.</summary>
    public void Heard()
    {
        foreach (var wake in anywhere) wake.Call();
    }

    /// <summary>Called for what is committed anywhere.</summary>
    public void Subscribe(Wake wake) => ImmutableInterlocked.Update(ref anywhere, a => a.Add(wake));

    /// <summary>Called for what this process commits.</summary>
    public void SubscribeHere(Wake wake) => ImmutableInterlocked.Update(ref here, a => a.Add(wake));
}

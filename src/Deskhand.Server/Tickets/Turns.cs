namespace Deskhand.Tickets;

/// <summary>
/// Has those who ask for the same at once take turns, so that the first finds it out and the others find it remembered.
/// Different questions hardly ever wait for each other.
/// </summary>
internal sealed class Turns
{
    private readonly SemaphoreSlim[] gates = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];

    /// <summary>For who need not wait.</summary>
    public static Task<IDisposable> NoWait { get; } = Task.FromResult<IDisposable>(new Release(null));

    /// <summary>Waits for one's turn, which ends when the answer is disposed of.</summary>
    /// <param name="question">The hash code of what is asked.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IDisposable> Take(int question, CancellationToken cancellationToken)
    {
        var gate = gates[(uint)question % (uint)gates.Length];
        await gate.WaitAsync(cancellationToken);
        return new Release(gate);
    }

    /// <summary>One's turn if it is free at this moment, otherwise null.</summary>
    public IDisposable? TryTake(int question)
    {
        var gate = gates[(uint)question % (uint)gates.Length];
        return gate.Wait(0) ? new Release(gate) : null;
    }

    private sealed class Release(SemaphoreSlim? gate) : IDisposable
    {
        public void Dispose() => gate?.Release();
    }
}

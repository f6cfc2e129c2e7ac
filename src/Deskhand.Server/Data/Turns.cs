namespace Deskhand.Data;

/// <summary>
/// Has those who want the same at once take turns: one after the other where the first finds out what the others then find remembered, a few at a
/// time where more would only stand in line in the database. Different things hardly ever wait for each other.
/// </summary>
/// <param name="atOnce">How many may be about the same thing.</param>
internal sealed class Turns(int atOnce = 1)
{
    private readonly SemaphoreSlim[] gates = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(atOnce))];

    /// <summary>For who need not wait.</summary>
    public static Task<IDisposable> NoWait { get; } = Task.FromResult<IDisposable>(new Release(null));

    /// <summary>Waits for one's turn, which ends when the answer is disposed of.</summary>
    /// <param name="thing">The hash code of what is wanted.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IDisposable> Take(int thing, CancellationToken cancellationToken)
    {
        var gate = gates[(uint)thing % (uint)gates.Length];
        await gate.WaitAsync(cancellationToken);
        return new Release(gate);
    }

    /// <summary>One's turn if it is free at this moment, otherwise null.</summary>
    public IDisposable? TryTake(int thing)
    {
        var gate = gates[(uint)thing % (uint)gates.Length];
        return gate.Wait(0) ? new Release(gate) : null;
    }

    private sealed class Release(SemaphoreSlim? gate) : IDisposable
    {
        public void Dispose() => gate?.Release();
    }
}

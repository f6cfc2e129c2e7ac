namespace Deskhand.Access;

/// <summary>
/// How many passwords may be hashed at once. Each keeps a core busy for a tenth of a second, so one core at least stays for the
/// other requests whatever sign-in has to bear. Being few, they also bound how many attempts on one account are under way
/// (see <see cref="Lockout"/>).
/// </summary>
internal sealed class HashingSlots : IDisposable
{
    private static readonly TimeSpan WaitAtMost = TimeSpan.FromSeconds(30);
    private readonly SemaphoreSlim free = new(Math.Clamp(Environment.ProcessorCount - 1, 1, 4));

    /// <summary>Waits for a place, and gives it back when disposed; null when too many wait.</summary>
    public async Task<Slot?> Take(CancellationToken cancellationToken) =>
        await free.WaitAsync(WaitAtMost, cancellationToken) ? new Slot(free) : null;

    public static Problem Busy { get; } =
        new(ProblemKind.TooMany, "too_many_sign_ins", "Too many people sign in at the moment; try again.") { RetryAfter = TimeSpan.FromSeconds(5) };

    public void Dispose() => free.Dispose();

    internal sealed class Slot(SemaphoreSlim free) : IDisposable
    {
        public void Dispose() => free.Release();
    }
}

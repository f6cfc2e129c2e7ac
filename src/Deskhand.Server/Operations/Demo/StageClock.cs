namespace Deskhand.Operations.Demo;

/// <summary>The clock by which the demonstration happens. It only goes forward.</summary>
internal sealed class StageClock : TimeProvider
{
    private DateTimeOffset now;

    public override DateTimeOffset GetUtcNow() => now;

    public void Set(DateTimeOffset at)
    {
        if (at > now) now = at;
    }
}

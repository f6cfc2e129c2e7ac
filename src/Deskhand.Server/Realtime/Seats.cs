namespace Deskhand.Realtime;

/// <summary>How many live connections the users and tokens of a tenant have open in this process, over both ways to listen.</summary>
internal sealed class Seats
{
    /// <summary>Connections of one user or token.</summary>
    public const int MostOfOne = 50;

    /// <summary>Connections of one tenant.</summary>
    public const int MostOfTenant = 5000;

    private readonly Lock sync = new();
    private readonly Dictionary<Guid, int> taken = [];
    private int all;

    /// <summary>Takes a seat. Null when its owner, or the tenant, has too many already; otherwise it is given back by disposing.</summary>
    public IDisposable? Take(Guid owner)
    {
        lock (sync)
        {
            var mine = taken.GetValueOrDefault(owner);
            if (mine >= MostOfOne || all >= MostOfTenant) return null;
            taken[owner] = mine + 1;
            all++;
        }

        return new Seat(this, owner);
    }

    private void GiveBack(Guid owner)
    {
        lock (sync)
        {
            all--;
            if (--taken[owner] == 0) taken.Remove(owner);
        }
    }

    private sealed class Seat(Seats seats, Guid owner) : IDisposable
    {
        private int given;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref given, 1) == 0) seats.GiveBack(owner);
        }
    }
}

using Deskhand.Bench.Driving;

namespace Deskhand.Bench.Comparing;

/// <summary>One kind of work, as requests to the floor and as requests to Deskhand that ask for the same rows.</summary>
/// <param name="Name">Its group is the part before the first blank: <c>list open, page 1000</c> is chosen by <c>--only list</c>.</param>
/// <param name="Floor">Requests to the floor.</param>
/// <param name="Deskhand">Requests to Deskhand.</param>
/// <param name="Bar">What Deskhand has to reach, if a bar is set for it.</param>
/// <param name="As">Who asks Deskhand; the administrator when null.</param>
internal sealed record Scenario(string Name, IReadOnlyList<Request> Floor, IReadOnlyList<Request> Deskhand, Bar? Bar, SignIn? As = null)
{
    public string Group => Name.Split(' ', 2)[0];

    public bool Writes => Floor[0].Body is not null;
}

/// <summary>The share of the floor's throughput to keep, and the p99 to stay under.</summary>
internal sealed record Bar(double Share, TimeSpan? P99)
{
    public static readonly Bar Read = new(0.6, TimeSpan.FromMilliseconds(25));

    /// <summary>Searching has no counterpart on the floor: only the time counts.</summary>
    public static readonly Bar Search = new(0, TimeSpan.FromMilliseconds(50));

    public static readonly Bar Write = new(0.4, null);
}

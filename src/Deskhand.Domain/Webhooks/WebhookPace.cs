using System.Collections.Immutable;

namespace Deskhand.Webhooks;

/// <summary>How patient the desk is with an endpoint.</summary>
/// <param name="Retries">The waits after the first failure of a delivery, the second, and so on; after the last of them it is given up.</param>
/// <param name="AnswerWithin">How long an attempt may take, from the look-up of the name to the end of the answer.</param>
/// <param name="Lease">How long a delivery that was claimed belongs to who claimed it; longer than an attempt and its bookkeeping.</param>
/// <param name="Broken">After so many failures in a row the breaker opens: one attempt at a time, with pauses in between.</param>
/// <param name="FirstPause">The breaker's first pause; it doubles with each failure.</param>
/// <param name="LongestPause">The breaker's longest pause.</param>
public sealed record WebhookPace(ImmutableArray<TimeSpan> Retries, TimeSpan AnswerWithin, TimeSpan Lease, int Broken, TimeSpan FirstPause, TimeSpan LongestPause)
{
    /// <summary>The longest wait that an endpoint may ask for with Retry-After.</summary>
    public static TimeSpan LongestAsked { get; } = TimeSpan.FromHours(24);

    /// <summary>The schedule that Standard Webhooks recommends: ten attempts in a little more than three days.</summary>
    public static WebhookPace Usual { get; } = new(
        [
            TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
            TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
        ],
        AnswerWithin: TimeSpan.FromSeconds(15), Lease: TimeSpan.FromSeconds(45), Broken: 5, FirstPause: TimeSpan.FromSeconds(10), LongestPause: TimeSpan.FromMinutes(15));

    /// <summary>How long to wait after a failure; null = it was the last attempt.</summary>
    /// <param name="attempt">Which attempt failed, from 1.</param>
    /// <param name="asked">What the endpoint asked for with Retry-After: never less than that, and never more than a day of it.</param>
    /// <param name="chance">0 to 1, for the jitter of a tenth either way, so that what failed together does not return together.</param>
    public TimeSpan? After(int attempt, TimeSpan? asked, double chance)
    {
        if (attempt > Retries.Length) return null;
        var planned = Retries[attempt - 1] * (0.9 + (chance * 0.2));
        var wanted = asked is { } a && a > TimeSpan.Zero ? a < LongestAsked ? a : LongestAsked : TimeSpan.Zero;
        return planned > wanted ? planned : wanted;
    }

    /// <summary>How long nothing is sent to the endpoint at all; null = it may go on.</summary>
    /// <param name="failures">Failures in a row, the present one included.</param>
    /// <param name="asked">As for <see cref="After"/>; holds for the endpoint as a whole.</param>
    /// <param name="chance">0 to 1, for the jitter.</param>
    public TimeSpan? Pause(int failures, TimeSpan? asked, double chance)
    {
        TimeSpan? pause = null;
        if (failures >= Broken)
        {
            var planned = FirstPause * Math.Pow(2, Math.Min(failures - Broken, 20));
            pause = (planned < LongestPause ? planned : LongestPause) * (0.9 + (chance * 0.2));
        }

        if (asked is not { } a || a <= TimeSpan.Zero) return pause;
        var wanted = a < LongestAsked ? a : LongestAsked;
        return pause > wanted ? pause : wanted;
    }
}

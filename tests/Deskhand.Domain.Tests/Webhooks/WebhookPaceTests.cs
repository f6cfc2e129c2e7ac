namespace Deskhand.Webhooks;

public sealed class WebhookPaceTests
{
    private static readonly WebhookPace Pace = WebhookPace.Usual;

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 300)]
    [InlineData(3, 1800)]
    [InlineData(4, 7200)]
    [InlineData(5, 18000)]
    [InlineData(6, 36000)]
    [InlineData(7, 50400)]
    [InlineData(8, 72000)]
    [InlineData(9, 86400)]
    public void Sec29_The_waits_are_those_of_standard_webhooks_a_tenth_either_way(int attempt, int seconds)
    {
        Assert.Equal(seconds * 0.9, Pace.After(attempt, null, 0)!.Value.TotalSeconds, 3);
        Assert.Equal(seconds, Pace.After(attempt, null, 0.5)!.Value.TotalSeconds, 3);
        Assert.Equal(seconds * 1.1, Pace.After(attempt, null, 1)!.Value.TotalSeconds, 3);
    }

    [Fact]
    public void Sec29_Ten_attempts_last_more_than_a_day_and_there_is_no_eleventh()
    {
        Assert.Null(Pace.After(10, null, 0.5));
        var least = Enumerable.Range(1, 9).Sum(a => Pace.After(a, null, 0)!.Value.TotalHours);
        Assert.InRange(least, 24, 80);
    }

    [Theory]
    [InlineData(60, 60)]
    [InlineData(1, 5)]
    [InlineData(0, 5)]
    [InlineData(-10, 5)]
    [InlineData(10_000_000, 86400)]
    public void A_longer_wait_that_was_asked_for_is_kept_up_to_a_day(int asked, int seconds) =>
        Assert.Equal(seconds, Pace.After(1, TimeSpan.FromSeconds(asked), 0.5)!.Value.TotalSeconds, 3);

    [Theory]
    [InlineData(1, null)]
    [InlineData(4, null)]
    [InlineData(5, 10)]
    [InlineData(6, 20)]
    [InlineData(8, 80)]
    [InlineData(12, 900)]
    [InlineData(1000, 900)]
    public void The_breaker_opens_at_the_fifth_failure_in_a_row_and_its_pauses_double_to_a_quarter_of_an_hour(int failures, int? seconds) =>
        Assert.Equal(seconds, Pace.Pause(failures, null, 0.5)?.TotalSeconds);

    [Fact]
    public void A_pause_that_was_asked_for_holds_at_the_first_failure_already()
    {
        Assert.Equal(TimeSpan.FromSeconds(90), Pace.Pause(1, TimeSpan.FromSeconds(90), 0.5));
        Assert.Equal(TimeSpan.FromSeconds(80), Pace.Pause(8, TimeSpan.FromSeconds(30), 0.5));
        Assert.Null(Pace.Pause(1, TimeSpan.FromSeconds(-1), 0.5));
    }

    [Fact]
    public void A_claim_outlasts_an_attempt() => Assert.True(Pace.Lease > Pace.AnswerWithin * 2);
}

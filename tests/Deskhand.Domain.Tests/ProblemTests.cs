namespace Deskhand;

public sealed class ProblemTests
{
    [Fact]
    public void Each_kind_of_refusal_has_its_stable_code()
    {
        Assert.Equal((ProblemKind.Invalid, "invalid"), Shape(Problem.Invalid("name", "No.")));
        Assert.Equal((ProblemKind.Malformed, "malformed"), Shape(Problem.Malformed("name", "No.")));
        Assert.Equal((ProblemKind.NotFound, "not_found"), Shape(Problem.NotFound("ticket")));
        Assert.Equal((ProblemKind.NotFound, "customer_not_found"), Shape(Problem.UnknownReference("customerId", "customer")));
        Assert.Equal((ProblemKind.Forbidden, "forbidden"), Shape(Problem.Forbidden("tickets:assign")));
        Assert.Equal((ProblemKind.Conflict, "ticket_closed"), Shape(Problem.Conflict("ticket_closed", "No.")));
        Assert.Equal((ProblemKind.Stale, "stale_version"), Shape(Problem.Stale(3, 4)));
    }

    [Fact]
    public void A_refusal_of_one_member_names_it()
    {
        Assert.Equal("No.", Assert.Single(Problem.Invalid("name", "No.").Errors["name"]));
        Assert.Equal("No.", Assert.Single(Problem.Malformed("name", "No.").Errors["name"]));
        Assert.Equal("There is no such group.", Assert.Single(Problem.UnknownReference("groupId", "group").Errors["groupId"]));
        Assert.Empty(Problem.NotFound("ticket").Errors);
    }

    [Fact]
    public void A_refusal_allows_nothing_and_asks_for_no_wait_unless_it_says_so()
    {
        var problem = Problem.NotFound("ticket");
        Assert.True(problem.Allowed.IsEmpty);
        Assert.Null(problem.RetryAfter);
        Assert.Equal(TimeSpan.FromSeconds(3), (problem with { RetryAfter = TimeSpan.FromSeconds(3) }).RetryAfter);
    }

    [Fact]
    public void A_stale_write_hears_both_versions()
    {
        var message = Problem.Stale(3, 4).Message;
        Assert.Contains("3", message, StringComparison.Ordinal);
        Assert.Contains("4", message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_outcome_is_a_value_or_a_refusal()
    {
        Outcome<int> good = 7, bad = Problem.NotFound("ticket");
        Assert.Null(good.Problem);
        Assert.Equal(7, good.Value);
        Assert.Equal("not_found", bad.Problem!.Code);
        Assert.Throws<InvalidOperationException>(() => bad.Value);
        Outcome<Nothing> nothing = default(Nothing);
        Assert.Null(nothing.Problem);
    }

    [Fact]
    public void A_refusal_can_be_written_to_a_log()
    {
        Outcome<int> good = 7, bad = Problem.NotFound("ticket");
        Assert.Equal("7", good.ToString());
        Assert.Contains("not_found", bad.ToString(), StringComparison.Ordinal);
    }

    private static (ProblemKind Kind, string Code) Shape(Problem problem) => (problem.Kind, problem.Code);
}

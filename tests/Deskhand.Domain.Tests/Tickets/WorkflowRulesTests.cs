namespace Deskhand.Tickets;

public sealed class WorkflowRulesTests
{
    [Fact]
    public void Each_ready_workflow_keeps_the_rules() => Assert.All(ReadyWorkflows.All, w => Assert.Null(WorkflowRules.Check(w)));

    [Theory]
    [InlineData("a:new b:solved c:closed", "a>b b>c", null)]
    [InlineData("a:new", "", "2 to 50")]
    [InlineData("a:pending b:solved c:closed", "a>b b>c", "must be new or open")]
    [InlineData("a:new c:closed", "a>c", "category solved")]
    [InlineData("a:new b:solved", "a>b", "category closed")]
    [InlineData("a:new a:open b:solved c:closed", "a>b b>c", "appears twice")]
    [InlineData("A:new b:solved c:closed", "A>b b>c", "lower-case")]
    [InlineData("a:new b:solved c:closed", "a>b b>c a>b", "appears twice")]
    [InlineData("a:new b:solved c:closed", "a>b b>c a>a", "leads to itself")]
    [InlineData("a:new b:solved c:closed", "a>b b>c a>x", "no status x")]
    [InlineData("a:new b:solved c:closed", "a>b b>c c>a", "closed is final")]
    [InlineData("a:new o:open b:solved c:closed", "a>b b>c", "No way leads to o")]
    [InlineData("a:new o:open b:solved c:closed", "a>b b>c a>o", "From o no way leads to an end")]
    [InlineData("a:new o:open p:pending b:solved c:closed", "a>b b>c a>o o>p p>o", "From p no way leads to an end")]
    public void A_workflow_lets_every_ticket_begin_move_and_end(string statuses, string steps, string? refusal)
    {
        var problem = WorkflowRules.Check(new("w", [.. Words(statuses).Select(s => new WorkflowStatus(s.Split(':')[0], "Name", Wire.Find<StatusCategory>(s.Split(':')[1])!.Value))],
            [.. Words(steps).Select(s => new WorkflowTransition(s.Split('>')[0], s.Split('>')[1]))]));
        if (refusal is null) Assert.Null(problem);
        else Assert.Contains(problem!.Errors.SelectMany(e => e.Value), m => m.Contains(refusal, StringComparison.Ordinal));
    }

    [Fact]
    public void A_key_and_names_are_checked_too()
    {
        Assert.Contains("key", WorkflowRules.Check(ReadyWorkflows.Support with { Key = "Not a key" })!.Errors.Keys);
        Assert.NotNull(WorkflowRules.Check(ReadyWorkflows.Support with { Statuses = ReadyWorkflows.Support.Statuses.SetItem(0, new("new", "", StatusCategory.New)) }));
        Assert.NotNull(WorkflowRules.Check(ReadyWorkflows.Support with { Statuses = ReadyWorkflows.Support.Statuses.SetItem(0, new("new", "a\0b", StatusCategory.New)) }));
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}

namespace Deskhand.Tickets;

public sealed class CustomFieldTests
{
    private static readonly CustomFieldDefinition Floor = new("floor", "Floor", CustomFieldType.Number, []);

    [Theory]
    [InlineData(CustomFieldType.Text, "\"third door\"", true)]
    [InlineData(CustomFieldType.Text, "\"\"", true)]
    [InlineData(CustomFieldType.Text, "3", false)]
    [InlineData(CustomFieldType.Text, "[]", false)]
    [InlineData(CustomFieldType.Text, "\"a\\r\\nb\"", false)]
    [InlineData(CustomFieldType.Text, "\"a\\u0000b\"", false)]
    [InlineData(CustomFieldType.Number, "3", true)]
    [InlineData(CustomFieldType.Number, "-0.5", true)]
    [InlineData(CustomFieldType.Number, "0", true)]
    [InlineData(CustomFieldType.Number, "0.00", true)]
    [InlineData(CustomFieldType.Number, "1e3", true)]
    [InlineData(CustomFieldType.Number, "1.5e-3", true)]
    [InlineData(CustomFieldType.Number, "1e28", true)]
    [InlineData(CustomFieldType.Number, "1e29", false)]
    [InlineData(CustomFieldType.Number, "1e-20000", false)]
    [InlineData(CustomFieldType.Number, "0e-20000", false)]
    [InlineData(CustomFieldType.Number, "1e400", false)]
    [InlineData(CustomFieldType.Number, "0.12345678901234567890123456789012345", false)]
    [InlineData(CustomFieldType.Number, "0.00000000000000000000000000000000000000000000000000000000000000", false)]
    [InlineData(CustomFieldType.Number, "\"3\"", false)]
    [InlineData(CustomFieldType.Number, "true", false)]
    [InlineData(CustomFieldType.Boolean, "true", true)]
    [InlineData(CustomFieldType.Boolean, "false", true)]
    [InlineData(CustomFieldType.Boolean, "0", false)]
    [InlineData(CustomFieldType.Boolean, "\"true\"", false)]
    [InlineData(CustomFieldType.Date, "\"2026-11-30\"", true)]
    [InlineData(CustomFieldType.Date, "\"2028-02-29\"", true)]
    [InlineData(CustomFieldType.Date, "\"2026-02-29\"", false)]
    [InlineData(CustomFieldType.Date, "\"2026-1-5\"", false)]
    [InlineData(CustomFieldType.Date, "\"30/11/2026\"", false)]
    [InlineData(CustomFieldType.Date, "\"2026-11-30T00:00:00Z\"", false)]
    [InlineData(CustomFieldType.Date, "20261130", false)]
    [InlineData(CustomFieldType.Select, "\"red\"", true)]
    [InlineData(CustomFieldType.Select, "\"Red\"", false)]
    [InlineData(CustomFieldType.Select, "\"blue\"", false)]
    [InlineData(CustomFieldType.Select, "[\"red\"]", false)]
    [InlineData(CustomFieldType.Select, "1", false)]
    [InlineData(CustomFieldType.MultiSelect, "[\"red\",\"green\"]", true)]
    [InlineData(CustomFieldType.MultiSelect, "[]", true)]
    [InlineData(CustomFieldType.MultiSelect, "[\"red\",\"red\"]", false)]
    [InlineData(CustomFieldType.MultiSelect, "[\"red\",\"blue\"]", false)]
    [InlineData(CustomFieldType.MultiSelect, "[\"red\",1]", false)]
    [InlineData(CustomFieldType.MultiSelect, "[[\"red\"]]", false)]
    [InlineData(CustomFieldType.MultiSelect, "\"red\"", false)]
    [InlineData(CustomFieldType.MultiSelect, "{\"red\":1}", false)]
    public void Each_type_takes_its_own_values_and_no_others(CustomFieldType type, string json, bool good)
    {
        var definition = new CustomFieldDefinition("f", "F", type, type is CustomFieldType.Select or CustomFieldType.MultiSelect ? ["red", "green"] : []);
        var message = definition.Refuse(CustomValues.Parse($$"""{"f":{{json}}}""").Find("f")!.Value);
        Assert.Equal(good, message is null);
    }

    [Fact]
    public void A_line_of_text_has_at_most_500_characters()
    {
        var definition = new CustomFieldDefinition("f", "F", CustomFieldType.Text, []);
        Assert.Empty(Refused("{\"f\":\"" + new string('x', 500) + "\"}", null, definition));
        Assert.Equal(["customFields.f"], Refused("{\"f\":\"" + new string('x', 501) + "\"}", null, definition));
    }

    [Fact]
    public void An_unknown_field_hears_which_there_are()
    {
        Assert.Equal("There is no such custom field; none are defined.", Message("""{"x":1}"""));
        Assert.Equal("There is no such custom field; there are: floor.", Message("""{"x":1}""", Floor, Floor with { Key = "old", Active = false }));

        static string Message(string values, params CustomFieldDefinition[] definitions)
        {
            var errors = new FieldErrors();
            CustomFieldDefinition.Check(CustomValues.Parse(values), null, definitions, errors);
            return Assert.Single(errors.ToProblem()!.Errors["customFields.x"]);
        }
    }

    [Theory]
    [InlineData("{}", false)]
    [InlineData("""{"f":""}""", false)]
    [InlineData("""{"f":"  "}""", false)]
    [InlineData("""{"f":null}""", false)]
    [InlineData("""{"f":"x"}""", true)]
    public void A_new_ticket_carries_a_value_in_every_required_field(string values, bool good) =>
        Assert.Equal(good, Refused(values, null, new CustomFieldDefinition("f", "F", CustomFieldType.Text, [], Required: true)).Count == 0);

    [Fact]
    public void False_zero_and_a_chosen_option_are_values_an_empty_list_is_none()
    {
        Assert.Empty(Refused("""{"f":false}""", null, new CustomFieldDefinition("f", "F", CustomFieldType.Boolean, [], Required: true)));
        Assert.Empty(Refused("""{"f":0}""", null, new CustomFieldDefinition("f", "F", CustomFieldType.Number, [], Required: true)));
        var many = new CustomFieldDefinition("f", "F", CustomFieldType.MultiSelect, ["a"], Required: true);
        Assert.Empty(Refused("""{"f":["a"]}""", null, many));
        Assert.Equal(["customFields.f"], Refused("""{"f":[]}""", null, many));
    }

    public static TheoryData<string, string, CustomFieldDefinition[], bool> OverTime => new()
    {
        // the field went away, or was switched off
        { """{"floor":3}""", """{"floor":3}""", [], true },
        { """{"floor":3}""", """{"floor":3.0}""", [], true },
        { """{"floor":3}""", """{"floor":4}""", [], false },
        { """{"floor":3}""", "{}", [], true },
        { """{"floor":3}""", """{"floor":3}""", [Floor with { Active = false }], true },
        { """{"floor":3}""", """{"floor":4}""", [Floor with { Active = false }], false },
        { """{"floor":3}""", "{}", [Floor with { Active = false, Required = true }], true },
        // its type or options changed
        { """{"floor":3}""", """{"floor":3}""", [Floor with { Type = CustomFieldType.Text }], true },
        { """{"floor":3}""", """{"floor":4}""", [Floor with { Type = CustomFieldType.Text }], false },
        { """{"floor":3}""", """{"floor":"four"}""", [Floor with { Type = CustomFieldType.Text }], true },
        { """{"floor":"low"}""", """{"floor":"low"}""", [Floor with { Type = CustomFieldType.Select, Options = ["high"] }], true },
        { """{"floor":"high"}""", """{"floor":"low"}""", [Floor with { Type = CustomFieldType.Select, Options = ["high"] }], false },
        // it became required
        { "{}", "{}", [Floor with { Required = true }], true },
        { """{"floor":3}""", "{}", [Floor with { Required = true }], false },
        { """{"floor":3}""", """{"floor":4}""", [Floor with { Required = true }], true },
        { """{"floor":""}""", """{"floor":""}""", [Floor with { Type = CustomFieldType.Text, Required = true }], true },
    };

    [Theory]
    [MemberData(nameof(OverTime), DisableDiscoveryEnumeration = true)]
    public void Old_values_outlive_their_definition_and_new_ones_follow_it(string before, string after, CustomFieldDefinition[] definitions, bool good) =>
        Assert.Equal(good, Refused(after, CustomValues.Parse(before), definitions).Count == 0);

    [Fact]
    public void The_rules_hold_for_a_ticket_too()
    {
        var rules = Desk.Rulebook(ReadyWorkflows.Support, Floor with { Required = true });
        var fields = new TicketFields { Subject = "No signal" };
        Assert.Equal(["customFields.floor"], ((Ticket?)null).Refused(new TicketChange.Create(Desk.Ticket, fields), rules: rules).Errors.Keys);
        var old = Desk.In("open");
        Assert.Null(old.Decide(new TicketChange.Edit(old.Fields with { Subject = "Other" }), rules: rules).Problem);
    }

    private static IReadOnlyList<string> Refused(string values, CustomValues? before, params CustomFieldDefinition[] definitions)
    {
        var errors = new FieldErrors();
        CustomFieldDefinition.Check(CustomValues.Parse(values), before, definitions, errors);
        return [.. errors.ToProblem()?.Errors.Keys ?? []];
    }
}

using System.Reflection;
using System.Runtime.CompilerServices;

namespace Deskhand;

/// <summary>What the compiler alone does not hold the domain to.</summary>
public sealed class PurityTests
{
    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly;
    private const BindingFlags AllDeclared = Declared | BindingFlags.NonPublic;

    private static readonly Type[] Types =
        [.. typeof(Wire).Assembly.GetTypes().Where(t => t.GetCustomAttribute<CompilerGeneratedAttribute>() is null && t.Namespace?.StartsWith("Deskhand", StringComparison.Ordinal) == true)];

    [Fact]
    public void Properties_are_set_at_birth_or_never()
    {
        var mutable = Types.SelectMany(t => t.GetProperties(Declared))
            .Where(p => p.SetMethod is { IsPublic: true } set && !set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)));
        Assert.Empty(mutable.Select(Named));
    }

    [Fact]
    public void There_are_no_public_fields_but_constants()
    {
        var fields = Types.Where(t => !t.IsEnum).SelectMany(t => t.GetFields(Declared)).Where(f => !f.IsLiteral && f.DeclaringType!.IsVisible);
        Assert.Empty(fields.Select(Named));
    }

    [Fact]
    public void Static_state_does_not_exist() =>
        Assert.Empty(Types.SelectMany(t => t.GetFields(AllDeclared)).Where(f => f is { IsStatic: true, IsLiteral: false, IsInitOnly: false }).Select(Named));

    [Fact]
    public void Value_types_are_read_only() =>
        Assert.Empty(Types.Where(t => t is { IsValueType: true, IsEnum: false, IsPublic: true } && t.GetCustomAttribute<IsReadOnlyAttribute>() is null).Select(t => t.Name));

    [Fact]
    public void Nothing_is_awaited()
    {
        var waiting = Types.SelectMany(t => t.GetMethods(AllDeclared))
            .Where(m => m.ReturnType.GetMethod("GetAwaiter", Type.EmptyTypes) is not null || m.ReturnType.Namespace == "System.Threading.Tasks"
                || m.GetParameters().Any(p => p.ParameterType == typeof(CancellationToken)));
        Assert.Empty(waiting.Select(Named));
    }

    [Fact]
    public void Lists_in_public_state_are_immutable()
    {
        string[] mutable = ["List`1", "Dictionary`2", "HashSet`1", "SortedDictionary`2", "IList`1", "IDictionary`2"];
        var lists = Types.Where(t => t.IsVisible).SelectMany(t => t.GetProperties(Declared))
            .Where(p => p.PropertyType.IsArray || mutable.Contains(p.PropertyType.Name, StringComparer.Ordinal));
        Assert.Empty(lists.Select(Named));
    }

    [Fact]
    public void It_references_nothing_of_the_rest_and_no_package_but_that_of_time_zones() =>
        // netstandard: what the coverage collector weaves in refers to it
        Assert.All(typeof(Wire).Assembly.GetReferencedAssemblies(), a => Assert.Matches(@"^(System\..*|netstandard|NodaTime)$", a.Name));

    private static string Named(MemberInfo member) => $"{member.DeclaringType!.Name}.{member.Name}";
}

using System.Collections.Immutable;

namespace Deskhand.Directory;

/// <summary>The rule of who may be below whom.</summary>
public static class CustomerTree
{
    /// <summary>A customer without a parent stands on level 1.</summary>
    public const int MostLevels = 10;

    /// <summary>Checks that a customer may get a parent.</summary>
    /// <param name="customer">The customer.</param>
    /// <param name="chain">The parent, its parent, and so on up.</param>
    /// <param name="levelsBelow">How many levels of customers are below the customer itself.</param>
    public static Problem? Check(Guid customer, ImmutableArray<Guid> chain, int levelsBelow) =>
        chain.Contains(customer)
            ? Problem.Invalid("parentId", "A customer cannot be below itself.") with { Code = "parent_cycle" }
            : chain.Length + 1 + levelsBelow > MostLevels
                ? Problem.Invalid("parentId", $"Customers may stand at most {MostLevels} levels deep; this would make {chain.Length + 1 + levelsBelow}.") with { Code = "parent_too_deep" }
                : null;
}

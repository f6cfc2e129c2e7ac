namespace Deskhand.Directory;

/// <summary>One row of the directory, whatever its kind: the fields that clients write, and what the desk keeps about them.</summary>
internal abstract record Entry<TFields> where TFields : class, IFields<TFields>
{
    public required Guid Id { get; init; }

    public required TFields Fields { get; init; }

    /// <summary>Rises with every change.</summary>
    public long Version { get; init; } = 1;

    /// <summary>Of the last event.</summary>
    public long Sequence { get; init; } = 1;

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? DeletedAt { get; init; }
}

internal sealed record Customer : Entry<CustomerFields>
{
    /// <summary>The name in lower case, made by the database, to sort by.</summary>
    public string NameKey { get; init; } = "";

    public string? EmailKey { get; init; }
}

internal sealed record Contact : Entry<ContactFields>
{
    /// <summary>Whose contact this is, for good.</summary>
    public required Guid CustomerId { get; init; }

    /// <summary>Last and first name in lower case, made by the database, to sort by.</summary>
    public string NameKey { get; init; } = "";

    public string? EmailKey { get; init; }
}

internal sealed record Location : Entry<LocationFields>
{
    /// <summary>Whose site this is, for good.</summary>
    public required Guid CustomerId { get; init; }

    /// <summary>The name in lower case, made by the database, to sort by.</summary>
    public string NameKey { get; init; } = "";
}

internal sealed record Asset : Entry<AssetFields>
{
    /// <summary>The number in lower case, made by the database, to sort and look up by.</summary>
    public string NumberKey { get; init; } = "";

    /// <summary>Of its project: kept here, so that a page of assets and a search for them need no second table.</summary>
    public string? ProjectName { get; init; }
}

internal sealed record Project : Entry<ProjectFields>
{
    /// <summary>The name in lower case, made by the database, to sort by.</summary>
    public string NameKey { get; init; } = "";

    /// <summary>The number in lower case, made by the database, to sort and look up by.</summary>
    public string NumberKey { get; init; } = "";
}

using Deskhand.Data;

namespace Deskhand.Directory;

/// <summary>What is particular to one kind of entry. The rest is in <see cref="DirectoryDesk"/>.</summary>
/// <param name="name">As events and problems call it.</param>
/// <param name="table">Where its rows are.</param>
internal abstract class Kind<TRow, TFields>(string name, string table) where TRow : Entry<TFields> where TFields : class, IFields<TFields>
{
    public string Name { get; } = name;

    public string Table { get; } = table;

    /// <summary>The public representation, which events carry too.</summary>
    public abstract object Show(TRow row);

    /// <summary>Fills in what a client may leave to the desk.</summary>
    public virtual TFields Complete(TFields? before, TFields fields) => fields;

    /// <summary>Locks what must be locked before the entry itself, always in that order, so that no two changes wait for each other.</summary>
    public virtual Task LockOwner(TenantSession session, Guid id, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Checks what needs looking up, and does what follows from the change.</summary>
    public abstract Task<Outcome<TRow>> Fit(DirectoryDesk desk, Actor by, TRow? before, TRow after, CancellationToken cancellationToken);

    /// <summary>Says why an entry must stay, or does what follows from its going.</summary>
    public virtual Task<Problem?> BeforeDelete(DirectoryDesk desk, Actor by, TRow row, CancellationToken cancellationToken) => Task.FromResult<Problem?>(null);
}

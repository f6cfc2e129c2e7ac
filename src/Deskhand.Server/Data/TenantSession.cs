using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace Deskhand.Data;

/// <summary>
/// One use case's access to the database, always inside one tenant. The tenant is set transaction-locally in the same round trip as
/// the first statement, so no connection ever carries a tenant back to the pool (security case 4).
/// </summary>
internal sealed class TenantSession(Database database, Guid tenantId) : IAsyncDisposable
{
    private const string SetTenant = "SELECT set_config('app.tenant_id', $1, true)";
    private const string SetTenantAndCommitFast = "SELECT set_config('app.tenant_id', $1, true), set_config('synchronous_commit', 'off', true)";
    private readonly List<Action> committed = [];
    private NpgsqlConnection? connection;
    private NpgsqlTransaction? transaction;
    private DeskDb? db;
    private bool tenantIsSet;
    private bool hasShortLocks;
    private bool isFinished;

    public Guid TenantId { get; } = tenantId;

    public bool InTransaction => transaction is not null;

    /// <summary>The mapped tables; only inside <see cref="Transact{T}"/>.</summary>
    public DeskDb Db => db ??= transaction is null || !tenantIsSet
        ? throw new InvalidOperationException("The mapped tables are read and written inside a transaction.")
        : DeskDb.On(connection!, transaction, TenantId);

    /// <summary>
    /// Runs work in a transaction: committed when it answers with a value, rolled back when it answers with a problem or throws.
    /// Inside another such call it joins that transaction.
    /// </summary>
    /// <param name="work">What to do.</param>
    /// <param name="cancellationToken">Gives up; what is committed stays.</param>
    /// <param name="shortLocks">
    /// For work that locks what many wait for (a tenant's counters): locks end with the commit, before the disk has it, and the answer waits for
    /// the disk all the same (docs/decisions/0011). The tenant travels with the first statement, which must not be one of <see cref="Db"/>.
    /// </param>
    public async Task<Outcome<T>> Transact<T>(Func<Task<Outcome<T>>> work, CancellationToken cancellationToken, bool shortLocks = false)
    {
        if (transaction is not null) return await work();
        // whoever draws gives the turn on with the commit; the disk is waited for together
        var (outcome, signals) = shortLocks ? await Drawing(work, cancellationToken) : await Alone(work, shortLocks: false, cancellationToken);
        if (shortLocks && outcome.Problem is null) await database.Disk.Committed();
        foreach (var signal in signals) signal();
        return outcome;
    }

    private async Task<(Outcome<T>, Action[])> Drawing<T>(Func<Task<Outcome<T>>> work, CancellationToken cancellationToken)
    {
        using var turn = await database.Drawing.Take(TenantId.GetHashCode(), cancellationToken);
        return await Alone(work, shortLocks: true, cancellationToken);
    }

    /// <summary>A transaction from begin to commit, and what is to be said after it.</summary>
    private async Task<(Outcome<T>, Action[])> Alone<T>(Func<Task<Outcome<T>>> work, bool shortLocks, CancellationToken cancellationToken)
    {
        try
        {
            connection = await database.Source.OpenConnectionAsync(cancellationToken);
            transaction = await connection.BeginTransactionAsync(cancellationToken);
            (hasShortLocks, tenantIsSet) = (shortLocks, false);
            if (!shortLocks) await Execute([], cancellationToken);
            var outcome = await work();
            if (outcome.Problem is not null) return (outcome, []);
            // the work is done: a client that hangs up now shall not leave it undecided
            if (!isFinished) await transaction.CommitAsync(CancellationToken.None);
            return (outcome, [.. committed]);
        }
        finally
        {
            // what was not committed is rolled back with the end of its transaction
            committed.Clear();
            await End();
        }
    }

    /// <summary>
    /// Runs work that may have to begin again: when it answers with a problem, what it wrote and locked is taken back, and a transaction that it
    /// joined goes on as it was before.
    /// </summary>
    public async Task<Outcome<T>> TransactApart<T>(Func<Task<Outcome<T>>> work, CancellationToken cancellationToken)
    {
        if (transaction is not { } joined) return await Transact(work, cancellationToken);
        const string Here = "apart";
        if (!tenantIsSet) await Execute([], cancellationToken);
        var signals = committed.Count;
        await joined.SaveAsync(Here, cancellationToken);
        var outcome = await work();
        if (outcome.Problem is null)
        {
            await joined.ReleaseAsync(Here, cancellationToken);
            return outcome;
        }

        await joined.RollbackAsync(Here, cancellationToken);
        committed.RemoveRange(signals, committed.Count - signals);
        return outcome;
    }

    /// <summary>Reads in a transaction.</summary>
    public async Task<T> Read<T>(Func<DeskDb, Task<T>> work, CancellationToken cancellationToken) =>
        (await Transact<T>(async () => await work(Db), cancellationToken)).Value;

    /// <summary>Runs after the transaction has committed, and not at all when it has not.</summary>
    public void OnCommitted(Action signal) => committed.Add(signal);

    /// <summary>Says something to every instance when the transaction commits. This process has heard it before the use case answers.</summary>
    public async Task Notify(string channel, string payload, CancellationToken cancellationToken)
    {
        await Execute("SELECT pg_notify($1, $2)", cancellationToken, Rows.P(channel), Rows.P(payload));
        OnCommitted(() => database.Heard(channel, payload));
    }

    /// <summary>Asks one statement with parameters $1, $2, …; outside a transaction in one round trip together with the tenant.</summary>
    public async Task<List<T>> Query<T>(string sql, Func<NpgsqlDataReader, T> map, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        if (transaction is not null && tenantIsSet)
        {
            await using var command = Command(sql, parameters);
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            return await Rows.Read(rows, map, cancellationToken);
        }

        return await Ask([Batched(sql, parameters)], reader => Rows.Read(reader, map, cancellationToken), cancellationToken);
    }

    /// <summary>Asks one statement.</summary>
    public Task<List<T>> Query<T>(NpgsqlBatchCommand command, Func<NpgsqlDataReader, T> map, CancellationToken cancellationToken) =>
        Ask([command], reader => Rows.Read(reader, map, cancellationToken), cancellationToken);

    /// <summary>Asks two statements in one round trip.</summary>
    public Task<(List<T1> First, List<T2> Second)> Query<T1, T2>(
        NpgsqlBatchCommand first, Func<NpgsqlDataReader, T1> mapFirst, NpgsqlBatchCommand second, Func<NpgsqlDataReader, T2> mapSecond, CancellationToken cancellationToken) =>
        Ask([first, second], async reader =>
        {
            var found = await Rows.Read(reader, mapFirst, cancellationToken);
            await reader.NextResultAsync(cancellationToken);
            return (found, await Rows.Read(reader, mapSecond, cancellationToken));
        }, cancellationToken);

    /// <summary>Asks three statements in one round trip.</summary>
    public Task<(List<T1> First, List<T2> Second, List<T3> Third)> Query<T1, T2, T3>(
        NpgsqlBatchCommand first, Func<NpgsqlDataReader, T1> mapFirst, NpgsqlBatchCommand second, Func<NpgsqlDataReader, T2> mapSecond,
        NpgsqlBatchCommand third, Func<NpgsqlDataReader, T3> mapThird, CancellationToken cancellationToken) =>
        Ask([first, second, third], async reader =>
        {
            var one = await Rows.Read(reader, mapFirst, cancellationToken);
            await reader.NextResultAsync(cancellationToken);
            var two = await Rows.Read(reader, mapSecond, cancellationToken);
            await reader.NextResultAsync(cancellationToken);
            return (one, two, await Rows.Read(reader, mapThird, cancellationToken));
        }, cancellationToken);

    /// <summary>Runs one statement inside the transaction; answers with the number of rows it touched.</summary>
    public async Task<int> Execute(string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        if (!tenantIsSet) await Execute([], cancellationToken);
        await using var command = Command(sql, parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Runs several statements inside the transaction in one round trip.</summary>
    public async Task Execute(IEnumerable<NpgsqlBatchCommand> commands, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(Connected, transaction);
        if (!tenantIsSet) batch.BatchCommands.Add(TenantCommand());
        foreach (var command in commands) batch.BatchCommands.Add(command);
        if (batch.BatchCommands.Count == 0) return;
        await batch.ExecuteNonQueryAsync(cancellationToken);
        tenantIsSet = true;
    }

    /// <summary>
    /// Runs the last statements of the transaction and, when it has short locks, its commit too, in one round trip; answers with the first row
    /// that any of them answers with. In a joined transaction the commit stays with whoever began it.
    /// </summary>
    public async Task<T> Finish<T>(IReadOnlyList<NpgsqlBatchCommand> commands, Func<NpgsqlDataReader, T> map, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(Connected, transaction);
        var setsTenant = !tenantIsSet;
        if (setsTenant) batch.BatchCommands.Add(TenantCommand());
        foreach (var command in commands) batch.BatchCommands.Add(command);
        if (hasShortLocks) batch.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));

        // not cancelled from here on: what is being committed shall not be left undecided
        cancellationToken.ThrowIfCancellationRequested();
        await using var reader = await batch.ExecuteReaderAsync(CancellationToken.None);
        tenantIsSet = true;
        if (setsTenant) await reader.NextResultAsync(CancellationToken.None);
        await reader.ReadAsync(CancellationToken.None);
        var row = map(reader);
        // an error of a later statement shows itself here
        while (await reader.NextResultAsync(CancellationToken.None)) { }
        isFinished = hasShortLocks;
        return row;
    }

    public static NpgsqlBatchCommand Batched(string sql, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters) command.Parameters.Add(parameter);
        return command;
    }

    public ValueTask DisposeAsync() => End();

    /// <summary>Asks in one round trip, together with the tenant where it is not set yet; the reader stands at the first answer.</summary>
    private async Task<T> Ask<T>(NpgsqlBatchCommand[] commands, Func<NpgsqlDataReader, Task<T>> read, CancellationToken cancellationToken)
    {
        await using var batch = transaction is null ? database.Source.CreateBatch() : new NpgsqlBatch(connection, transaction);
        var setsTenant = !tenantIsSet;
        if (setsTenant) batch.BatchCommands.Add(TenantCommand());
        foreach (var command in commands) batch.BatchCommands.Add(command);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        tenantIsSet = transaction is not null;
        if (setsTenant) await reader.NextResultAsync(cancellationToken);
        return await read(reader);
    }

    private NpgsqlConnection Connected => connection ?? throw new InvalidOperationException("This needs a transaction.");

    private NpgsqlBatchCommand TenantCommand() =>
        new(transaction is not null && hasShortLocks ? SetTenantAndCommitFast : SetTenant) { Parameters = { Rows.P(TenantId.ToString()) } };

    [SuppressMessage("Security", "CA2100", Justification = "Statements are constants; values travel as parameters.")]
    private NpgsqlCommand Command(string sql, NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlCommand(sql, Connected, transaction);
        foreach (var parameter in parameters) command.Parameters.Add(parameter);
        return command;
    }

    private async ValueTask End()
    {
        if (db is not null) await db.DisposeAsync();
        if (transaction is not null) await transaction.DisposeAsync();
        if (connection is not null) await connection.DisposeAsync();
        (db, transaction, connection, tenantIsSet, isFinished, hasShortLocks) = (null, null, null, false, false, false);
    }
}

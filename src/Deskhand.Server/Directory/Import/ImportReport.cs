namespace Deskhand.Directory;

/// <summary>What an import does, or would do.</summary>
/// <param name="Lines">How many lines of data the file has.</param>
/// <param name="Created">How many make a new entry.</param>
/// <param name="Updated">How many change an entry.</param>
/// <param name="Unchanged">How many say what is known already.</param>
/// <param name="Errors">Everything that is wrong, line by line; nothing is taken in while there is anything.</param>
/// <param name="Preview">What becomes of the first hundred lines.</param>
internal sealed record ImportReport(int Lines, int Created, int Updated, int Unchanged, IReadOnlyList<ImportError> Errors, IReadOnlyList<ImportPreview> Preview);

/// <summary>Something wrong in a file.</summary>
/// <param name="Line">The line as an editor counts it; the header is line 1.</param>
/// <param name="Column">The column by the name this desk has for it; null when it is about the line.</param>
/// <param name="Message">What is wrong, and what would be right.</param>
internal sealed record ImportError(int Line, string? Column, string Message);

/// <summary>What becomes of a line.</summary>
/// <param name="Line">The line.</param>
/// <param name="Outcome">created, updated or unchanged.</param>
/// <param name="Id">The entry that is changed; null for a new one.</param>
/// <param name="Changes">The fields that get a value or another one.</param>
internal sealed record ImportPreview(int Line, string Outcome, Guid? Id, IReadOnlyList<string> Changes);

/// <summary>A column that a file may have.</summary>
/// <param name="Name">By this desk.</param>
/// <param name="Set">Puts a value, or null for an empty cell, into the fields; null for a column that names another entry.</param>
/// <param name="Aliases">Other names that people give it, in lower case and without blanks and punctuation.</param>
internal sealed record ImportColumn<TFields>(string Name, Func<TFields, string?, Outcome<TFields>>? Set, params string[] Aliases);

/// <summary>A line with its cells by column.</summary>
internal sealed class ImportLine(int number, Dictionary<string, string?> cells)
{
    public int Number { get; } = number;

    public bool Has(string column) => cells.ContainsKey(column);

    /// <summary>The value, or null when the cell is empty or there is no such column.</summary>
    public string? this[string column] => cells.GetValueOrDefault(column);

    public IReadOnlyDictionary<string, string?> Cells => cells;
}

/// <summary>What a line comes to.</summary>
internal sealed record ImportEntry<TRow>(int Line, TRow? Before, TRow After, System.Collections.Immutable.ImmutableArray<FieldChange> Changes) where TRow : class;

/// <summary>Gathers what is wrong.</summary>
internal sealed class ImportErrors
{
    private readonly List<ImportError> errors = [];

    public bool Any => errors.Count > 0;

    public IReadOnlyList<ImportError> InOrder => [.. errors.OrderBy(e => e.Line)];

    public void Add(int line, string? column, string message) => errors.Add(new(line, column, message));
}

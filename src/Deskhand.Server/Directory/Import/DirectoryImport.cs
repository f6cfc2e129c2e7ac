using System.Collections.Immutable;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Outbox;

namespace Deskhand.Directory;

/// <summary>Takes in a file: what a kind of entry has in common with the others.</summary>
internal abstract class ImportWork
{
    /// <summary>What is wrong with the header, if anything: that is told at once, without a job.</summary>
    public abstract Problem? Check(CsvFile file);

    /// <summary>Takes a file in, all of it or nothing; or, in a dry run, says what would become of it.</summary>
    /// <param name="session">Where.</param>
    /// <param name="file">The file.</param>
    /// <param name="by">Who.</param>
    /// <param name="isDryRun">Only look.</param>
    /// <param name="goOn">Asked now and then with the number of lines written; a problem stops the work and takes everything back.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public abstract Task<Outcome<ImportReport>> Run(TenantSession session, CsvFile file, Actor by, bool isDryRun, Func<int, Task<Problem?>> goOn, CancellationToken cancellationToken);
}

/// <summary>Takes in a file of one kind of entry. Lines are matched with what is there, merged field by field, checked by the rules of the domain, and written set by set.</summary>
internal abstract class DirectoryImport<TRow, TFields>(Kind<TRow, TFields> kind, ChangeLog log, TimeProvider clock) : ImportWork
    where TRow : Entry<TFields> where TFields : class, IFields<TFields>
{
    private const int PreviewedLines = 100;

    /// <summary>The instant of the import.</summary>
    protected DateTimeOffset Now { get; private set; }

    /// <summary>The columns that a file may have.</summary>
    protected abstract ImmutableArray<ImportColumn<TFields>> Columns { get; }

    /// <summary>Makes a column of a tenant's own field, where this kind of entry has such.</summary>
    protected virtual ImportColumn<TFields>? Custom(string key, bool hasDecimalComma) => null;

    /// <summary>A new entry's fields before a line is applied.</summary>
    protected abstract TFields Blank { get; }

    /// <summary>Reads and locks everything that the lines name.</summary>
    protected abstract Task Load(TenantSession session, IReadOnlyList<ImportLine> lines, CancellationToken cancellationToken);

    /// <summary>The entry that a line is about; null for a new one. What is wrong is noted.</summary>
    protected abstract TRow? Match(ImportLine line, ImportErrors errors);

    /// <summary>Puts what a line names of other entries into its fields.</summary>
    protected abstract TRow Refer(ImportLine line, TRow row, ImportErrors errors);

    /// <summary>A new entry.</summary>
    protected abstract TRow New(ImportLine line, TFields fields);

    /// <summary>Checks what concerns several lines, and puts the entries into the order in which they can be written.</summary>
    protected virtual Task<List<ImportEntry<TRow>>> Together(TenantSession session, List<ImportEntry<TRow>> entries, ImportErrors errors, CancellationToken cancellationToken) =>
        Task.FromResult(entries);

    /// <summary>Fills in what only a real run has, such as numbers that are drawn.</summary>
    protected virtual Task<List<ImportEntry<TRow>>> Complete(TenantSession session, List<ImportEntry<TRow>> entries, CancellationToken cancellationToken) => Task.FromResult(entries);

    public override Problem? Check(CsvFile file) => Read(file with { Lines = [] }).Problem;

    public override async Task<Outcome<ImportReport>> Run(
        TenantSession session, CsvFile file, Actor by, bool isDryRun, Func<int, Task<Problem?>> goOn, CancellationToken cancellationToken)
    {
        var read = Read(file);
        if (read.Problem is { } unreadable) return unreadable;
        var (columns, lines) = read.Value;
        var errors = new ImportErrors();
        foreach (var (line, message) in file.Malformed) errors.Add(line, null, message);
        return await session.Transact<ImportReport>(async () =>
        {
            // imports of a tenant take turns: each finds what the one before has made
            await session.Execute("SELECT pg_advisory_xact_lock(7236005, hashtext($1))", cancellationToken, Rows.P(session.TenantId.ToString()));
            Now = Instants.Now(clock);
            await Load(session, lines, cancellationToken);
            var (entries, unchanged, preview) = Plan(columns, lines, errors);
            entries = await Together(session, entries, errors, cancellationToken);
            var report = new ImportReport(lines.Count, entries.Count(e => e.Before is null), entries.Count(e => e.Before is not null && e.Line > 0), unchanged, errors.InOrder, preview);
            if (isDryRun) return report;
            if (errors.Any) return Refused(report);
            entries = await Complete(session, entries, cancellationToken);
            return await DirectoryBulk.Write(session, log, kind, by, [.. entries.Select(e => (e.Before, e.After, e.Changes))], goOn, cancellationToken) is { } stopped ? stopped : report;
        }, cancellationToken);
    }

    private static Problem Refused(ImportReport report) =>
        new(ProblemKind.Invalid, "import_refused", $"{report.Errors.Count} {(report.Errors.Count == 1 ? "thing is" : "things are")} wrong in the file, so nothing of it was taken in; ?dryRun=true tells all of it.")
        {
            Errors = report.Errors.Take(100).GroupBy(e => $"line {e.Line}").ToImmutableSortedDictionary(
                g => g.Key, g => g.Select(e => e.Column is null ? e.Message : $"{e.Column}: {e.Message}").ToImmutableArray(), StringComparer.Ordinal),
        };

    /// <summary>The header's columns and the lines by them. Names are known in upper and lower case, with and without blanks and punctuation.</summary>
    private Outcome<(Dictionary<string, ImportColumn<TFields>> Columns, List<ImportLine> Lines)> Read(CsvFile file)
    {
        var known = new Dictionary<string, ImportColumn<TFields>>(StringComparer.Ordinal);
        foreach (var column in Columns)
            foreach (var name in column.Aliases.Prepend(Key(column.Name))) known[name] = column;
        var places = new string?[file.Header.Count];
        var used = new Dictionary<string, ImportColumn<TFields>>(StringComparer.Ordinal);
        for (var i = 0; i < places.Length; i++)
        {
            var title = file.Header[i];
            if (title.Length == 0 || Ignored.Contains(Key(title))) continue;
            var column = title.StartsWith("custom.", StringComparison.OrdinalIgnoreCase) && title.Length is > 7 and < 100 ? Custom(title[7..], file.HasDecimalComma) : known.GetValueOrDefault(Key(title));
            if (column is null)
                return Problem.Malformed("header", $"There is no column \"{(title.Length > 60 ? title[..60] + "…" : title)}\"; there are: {string.Join(", ", Columns.Select(c => c.Name))}.")
                    with
                { Code = "unknown_column", Allowed = [.. Columns.Select(c => c.Name)] };
            if (!used.TryAdd(column.Name, column)) return Problem.Malformed("header", $"Two columns say {column.Name}.") with { Code = "column_twice" };
            places[i] = column.Name;
        }

        if (used.Count == 0) return Problem.Malformed("header", $"The first line names the columns: {string.Join(", ", Columns.Select(c => c.Name))}.") with { Allowed = [.. Columns.Select(c => c.Name)] };
        var lines = new List<ImportLine>(file.Lines.Count);
        foreach (var line in file.Lines)
        {
            var cells = new Dictionary<string, string?>(used.Count, StringComparer.Ordinal);
            for (var i = 0; i < places.Length; i++)
                if (places[i] is { } name) cells[name] = i < line.Cells.Length && line.Cells[i].Trim() is { Length: > 0 } text ? text : null;
            lines.Add(new(line.Number, cells));
        }

        return (used, lines);
    }

    /// <summary>What exports have and nobody writes.</summary>
    private static readonly HashSet<string> Ignored = new(StringComparer.Ordinal) { "id", "version", "createdat", "updatedat", "customername", "projectname" };

    private static string Key(string title) => string.Concat(title.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    private (List<ImportEntry<TRow>> Entries, int Unchanged, List<ImportPreview> Preview) Plan(
        Dictionary<string, ImportColumn<TFields>> columns, List<ImportLine> lines, ImportErrors errors)
    {
        var entries = new List<ImportEntry<TRow>>(lines.Count);
        var preview = new List<ImportPreview>();
        var unchanged = 0;
        var taken = new Dictionary<Guid, int>();
        foreach (var line in lines)
        {
            var before = Match(line, errors);
            if (before is not null && !taken.TryAdd(before.Id, line.Number))
            {
                errors.Add(line.Number, null, $"Line {taken[before.Id]} is about the same entry.");
                continue;
            }

            var fields = before?.Fields ?? Blank;
            foreach (var column in columns.Values)
            {
                if (column.Set is null) continue;
                var set = column.Set(fields, line[column.Name]);
                if (set.Problem is { } wrong) errors.Add(line.Number, column.Name, wrong.Message);
                else fields = set.Value;
            }

            var row = before is null ? New(line, fields) : (TRow)((Entry<TFields>)before with { Fields = fields });
            row = Refer(line, row, errors);
            row = (TRow)((Entry<TFields>)row with { Fields = kind.Complete(before?.Fields, row.Fields.Normalised()) });
            if (row.Fields.Check() is { } invalid)
            {
                foreach (var (field, messages) in invalid.Errors)
                    foreach (var message in messages) errors.Add(line.Number, Columns.FirstOrDefault(c => $"address.{c.Name}" == field)?.Name ?? field, message);
                continue;
            }

            var changes = FieldDiff.Between(before?.Fields, row.Fields);
            if (before is not null && changes.IsEmpty) unchanged++;
            else entries.Add(new(line.Number, before, before is null ? row : DirectoryBulk.Touch<TRow, TFields>(row, Now), changes));
            if (preview.Count < PreviewedLines)
                preview.Add(new(line.Number, before is null ? "created" : changes.IsEmpty ? "unchanged" : "updated", before?.Id, [.. changes.Select(c => c.Field)]));
        }

        return (entries, unchanged, preview);
    }
}

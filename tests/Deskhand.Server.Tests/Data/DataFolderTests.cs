using Deskhand.Data;

namespace Deskhand.Server.Tests.Data;

public sealed class DataFolderTests : IDisposable
{
    private readonly string _root = Folders.CreateTempSubdirectory("deskhand-test-").FullName;

    public void Dispose() => Folders.Delete(_root, recursive: true);

    [Fact]
    public void A_second_claim_is_refused_and_names_the_folder_and_the_holder()
    {
        var path = Path.Combine(_root, "data");
        using var held = DataFolder.Claim(path);

        var refusal = Assert.Throws<DataFolderException>(() => DataFolder.Claim(path));

        Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"process {Environment.ProcessId}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_was_let_go_can_be_claimed_again()
    {
        DataFolder.Claim(_root).Dispose();
        using var again = DataFolder.Claim(_root);

        Assert.Equal(_root, again.Path);
    }

    [Fact]
    public void A_path_that_runs_through_a_file_is_refused_with_its_name()
    {
        var file = Path.Combine(_root, "file");
        File.WriteAllText(file, "");

        var refusal = Assert.Throws<DataFolderException>(() => DataFolder.Claim(Path.Combine(file, "data")));

        Assert.Contains(file, refusal.Message, StringComparison.Ordinal);
    }
}

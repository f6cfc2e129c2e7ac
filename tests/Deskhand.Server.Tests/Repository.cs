namespace Deskhand.Server.Tests;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    public static string File(string path) => Path.Combine(Root, path);

    private static string Find(string folder) =>
        System.IO.File.Exists(Path.Combine(folder, "Deskhand.slnx")) ? folder : Find(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests run inside a checkout."));
}

using Npgsql;

namespace Deskhand.Data;

/// <summary>What a loop survives that lives as long as the process: the database does not answer, or refuses for the moment.</summary>
internal static class DatabaseFailure
{
    public static bool Is(Exception e) => e is NpgsqlException or IOException or TimeoutException or ObjectDisposedException;
}

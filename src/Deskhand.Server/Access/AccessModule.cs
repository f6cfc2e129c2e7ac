using Microsoft.EntityFrameworkCore;

namespace Deskhand.Access;

/// <summary>Table of contents: sign-in, users, groups, tokens, audit.</summary>
internal static class AccessModule
{
    public static void MapTables(ModelBuilder model)
    {
    }
}

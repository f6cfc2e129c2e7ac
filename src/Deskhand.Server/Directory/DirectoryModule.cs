using Deskhand.Http;
using Microsoft.EntityFrameworkCore;

namespace Deskhand.Directory;

/// <summary>Table of contents: customers, contacts, locations, assets.</summary>
internal static class DirectoryModule
{
    public static void Map(RouteTable api)
    {
    }

    public static void MapTables(ModelBuilder model)
    {
    }
}

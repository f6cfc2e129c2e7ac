using Deskhand.Data;

namespace Deskhand.Operations;

internal static class DemoData
{
    public static Task<string> Fill(TenantSession session, IServiceProvider services, CancellationToken cancellationToken) => Task.FromResult("");
}

using Microsoft.AspNetCore.Http.Features;

namespace Deskhand.Http;

/// <summary>
/// The rest of a body that was refused for its size. A server that closes a connection while bytes still arrive makes the client's
/// system drop the answer unread (RFC 9112 §9.6): the client would see a broken connection where it should see 413.
/// </summary>
internal static class RefusedBody
{
    /// <summary>How long a client may go on sending what nobody reads.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Answers 413, then throws away what comes, until the client is done or <see cref="Patience"/> has passed.</summary>
    public static async Task Answer(HttpContext context)
    {
        await Problems.Write(context, StatusCodes.Status413PayloadTooLarge, "too_large", "The body is larger than allowed.");
        await context.Response.CompleteAsync();
        // a body of unknown length was cut in its middle and cannot be read on
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is not { IsReadOnly: false } limit) return;
        limit.MaxRequestBodySize = null;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        patience.CancelAfter(Patience);
        try
        {
            await context.Request.Body.CopyToAsync(Stream.Null, patience.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // the answer is out; a client that is slower, or gone, loses only its connection
        }
    }
}

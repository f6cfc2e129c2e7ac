using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Deskhand.Access;

namespace Deskhand.Tickets;

/// <summary>
/// Asks ClamAV's daemon about each file that comes in (clamd(8), INSTREAM), where <c>DESKHAND_CLAMD</c> says where it listens. What it finds something
/// in is not taken. While it does not answer nothing is taken: a file that nobody has looked at is what the setting is to keep out.
/// </summary>
internal sealed class VirusScanner(DeskhandSettings settings, ILogger<VirusScanner> logger)
{
    private const int Piece = 64 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static Problem Unavailable { get; } = new(ProblemKind.Unavailable, "scanner_unavailable", "Files cannot be checked for viruses at the moment; try again.") { RetryAfter = TimeSpan.FromSeconds(10) };

    /// <summary>Why a file is not taken, or null.</summary>
    public async Task<Problem?> Refusal(IncomingFile file, string name, Caller caller, CancellationToken cancellationToken)
    {
        if (settings.Clamd is null) return null;
        string verdict;
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(Patience);
            await using var content = await file.Again(patience.Token);
            verdict = await Ask("INSTREAM", content, patience.Token);
        }
        catch (Exception e) when (IsSilence(e, cancellationToken))
        {
            logger.LogError(e, "The virus scanner at {Clamd} does not answer, so files are not taken", settings.Clamd);
            return Unavailable;
        }

        if (verdict == "stream: OK") return null;
        if (!verdict.EndsWith(" FOUND", StringComparison.Ordinal))
        {
            logger.LogError("The virus scanner at {Clamd} answered \"{Verdict}\", so a file was not taken", settings.Clamd, verdict);
            return Unavailable;
        }

        var found = verdict["stream: ".Length..^" FOUND".Length];
        logger.LogWarning("User {User} of tenant {Tenant} sent a file that holds {Virus}; it was not taken", caller.UserId, caller.TenantId, found);
        var words = $"The scanner found {found} in {name}, so it was not taken.";
        return new Problem(ProblemKind.Invalid, "infected", words) { Errors = Problem.Invalid("file", words).Errors };
    }

    /// <summary>Why it looks at no files, in words for an operator; null when it does.</summary>
    public async Task<string?> Trouble(TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limited.CancelAfter(patience);
            return await Ask("PING", null, limited.Token) == "PONG" ? null : "It answers, but not as clamd does; no files are taken.";
        }
        catch (Exception e) when (IsSilence(e, cancellationToken))
        {
            return $"It does not answer, so no files are taken: {e.Message}";
        }
    }

    private static bool IsSilence(Exception e, CancellationToken asked) => e is SocketException or IOException || (e is OperationCanceledException && !asked.IsCancellationRequested);

    private async Task<string> Ask(string command, Stream? content, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(settings.Clamd!.Host, settings.Clamd.Port, cancellationToken);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"z{command}\0"), cancellationToken);
        if (content is not null) await Send(content, stream, cancellationToken);

        var answer = new byte[1024];
        var length = 0;
        int read;
        while (length < answer.Length && (read = await stream.ReadAsync(answer.AsMemory(length), cancellationToken)) > 0)
        {
            length += read;
            if (answer[length - 1] == 0) return Encoding.UTF8.GetString(answer, 0, length - 1);
        }

        throw new IOException("The answer breaks off.");
    }

    /// <summary>Pieces, each with its length before it (big-endian), and one of length 0 behind them.</summary>
    private static async Task Send(Stream content, NetworkStream to, CancellationToken cancellationToken)
    {
        var piece = ArrayPool<byte>.Shared.Rent(4 + Piece);
        try
        {
            int read;
            do
            {
                read = await content.ReadAsync(piece.AsMemory(4, Piece), cancellationToken);
                BinaryPrimitives.WriteInt32BigEndian(piece, read);
                await to.WriteAsync(piece.AsMemory(0, 4 + read), cancellationToken);
            }
            while (read > 0);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }
}

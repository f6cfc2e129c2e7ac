using Deskhand.Data;
using Deskhand.Outbox;

namespace Deskhand.Tickets;

/// <summary>Keeps the search index up to date, in processes with the role relay. Any number may: the rows of <c>search_progress</c> decide who works for which tenant.</summary>
internal sealed class SearchIndexer : BackgroundService
{
    private readonly TimeProvider clock;
    private readonly ILogger<SearchIndexer> logger;

    public SearchIndexer(Database database, DatabaseListener listener, TimeProvider clock, ILogger<SearchIndexer> logger)
    {
        (this.clock, this.logger) = (clock, logger);
        Work = new SearchIndexing(database, clock, logger);
        listener.On(StreamSequencer.Channel, Work.Heard);
    }

    public SearchIndexing Work { get; }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Work.Run(logger, clock, stoppingToken, stoppingToken);

    public override void Dispose()
    {
        base.Dispose();
        Work.Wake.Dispose();
    }
}

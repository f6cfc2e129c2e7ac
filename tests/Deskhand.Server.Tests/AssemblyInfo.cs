// two cores: with twice as many classes at once it is a third quicker, but a server that a test starts may not be up in time
[assembly: CollectionBehavior(MaxParallelThreads = 2)]

// two cores: more classes at once only take turns
[assembly: CollectionBehavior(MaxParallelThreads = 2)]

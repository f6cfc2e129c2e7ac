// much of a test is waiting (for a process to start, a broker to come back, a lock to end): twice as many classes as cores keep both busy
[assembly: CollectionBehavior(MaxParallelThreads = 4)]

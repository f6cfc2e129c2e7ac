using Deskhand.Operations;

// a stop ends what is under way first, and then the database: more than the two seconds that a command has unless said otherwise
return await CommandLine.Build().Parse(args.Length == 0 ? ["serve"] : args).InvokeAsync(new() { ProcessTerminationTimeout = TimeSpan.FromMinutes(2) });

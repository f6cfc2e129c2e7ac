using Deskhand.Access;

namespace Deskhand.Http;

/// <summary>The class of a route for rate limits.</summary>
internal enum RouteClass
{
    Read,
    Write,
    SignIn,
}

/// <summary>The class of a route, as metadata.</summary>
internal sealed record RouteLimit(RouteClass Class);

/// <summary>Marks a route whose answer holds a secret: of an Idempotency-Key it is kept that it was used, and nothing of the answer.</summary>
internal sealed record HoldsSecret;

/// <summary>Marks a POST that takes no Idempotency-Key.</summary>
internal sealed record TakesNoKey;

/// <summary>
/// Writes the lines of a module's table of contents: verb, path, what it needs, use case. Nothing else maps routes, so every route
/// has a stated need and the tests find all of them.
/// </summary>
internal sealed class RouteTable(RouteGroupBuilder group, string tag, string nameSuffix = "")
{
    /// <summary>For a second path to the same use cases; the suffix keeps the names of operations apart.</summary>
    public RouteTable Alias(string suffix) => new(group, tag, suffix);

    public RouteHandlerBuilder Get(string path, Needs needs, Delegate useCase) => Map(HttpMethods.Get, path, needs, useCase, RouteClass.Read);

    public RouteHandlerBuilder Post(string path, Needs needs, Delegate useCase) => Map(HttpMethods.Post, path, needs, useCase, RouteClass.Write);

    public RouteHandlerBuilder Put(string path, Needs needs, Delegate useCase) => Map(HttpMethods.Put, path, needs, useCase, RouteClass.Write);

    public RouteHandlerBuilder Patch(string path, Needs needs, Delegate useCase) => Map(HttpMethods.Patch, path, needs, useCase, RouteClass.Write);

    public RouteHandlerBuilder Delete(string path, Needs needs, Delegate useCase) => Map(HttpMethods.Delete, path, needs, useCase, RouteClass.Write);

    /// <summary>The same use case by PATCH and by PUT.</summary>
    public void PutOrPatch(string path, Needs needs, Delegate useCase)
    {
        Put(path, needs, useCase);
        Patch(path, needs, useCase);
    }

    /// <summary>A route that tries credentials: few attempts, and open to everybody.</summary>
    public RouteHandlerBuilder SignIn(string path, Delegate useCase) => Map(HttpMethods.Post, path, Needs.Nothing, useCase, RouteClass.SignIn);

    /// <summary>A POST whose answer holds a secret, which is shown once.</summary>
    public RouteHandlerBuilder PostSecret(string path, Needs needs, Delegate useCase) => Post(path, needs, useCase).WithMetadata(new HoldsSecret());

    /// <summary>A POST that proves who asks by a password or a code: it takes no Idempotency-Key, so that no failed attempt is rolled back. Done twice it is refused or does the same.</summary>
    public RouteHandlerBuilder PostProof(string path, Needs needs, Delegate useCase) => Post(path, needs, useCase).WithMetadata(new TakesNoKey());

    private RouteHandlerBuilder Map(string verb, string path, Needs needs, Delegate useCase, RouteClass routeClass) =>
        RouteHandlerServices.Map(group, path, useCase, [verb], RequestDelegateFactory.InferMetadata, AtFirstCall)
            .WithMetadata(needs, new RouteLimit(routeClass))
            .WithTags(tag)
            .WithName(useCase.Method.DeclaringType!.Name + (verb == HttpMethods.Patch ? "ByPatch" : "") + nameSuffix);

    // what binds a request to a use case is compiled from expressions: for all routes at once that was half of the time from start to first answer
    private static RequestDelegateResult AtFirstCall(Delegate useCase, RequestDelegateFactoryOptions options, RequestDelegateMetadataResult? metadata)
    {
        var bound = new Lazy<RequestDelegate>(() => RequestDelegateFactory.Create(useCase, options, metadata).RequestDelegate);
        return new(context => bound.Value(context), metadata?.EndpointMetadata ?? []);
    }
}

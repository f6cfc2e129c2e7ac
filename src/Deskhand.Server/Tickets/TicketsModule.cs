using Deskhand.Access;
using Deskhand.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.OpenApi;

namespace Deskhand.Tickets;

/// <summary>Table of contents: tickets, their conversation and their history.</summary>
internal static class TicketsModule
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<Rulebooks>();
        services.AddSingleton<ListMemory>();
        services.AddScoped<TicketDesk>();
        services.AddSingleton<AttachmentStore>();
    }

    public static void Map(RouteTable api)
    {
        api.Get("/tickets", Permission.TicketsRead, ListTickets.Handle);
        api.Post("/tickets", Permission.TicketsCreate, CreateTicket.Handle);
        api.Get("/tickets/{id}", Permission.TicketsRead, GetTicket.Handle);
        api.Put("/tickets/{id}", Permission.TicketsUpdate, ReplaceTicket.Handle);
        api.Patch("/tickets/{id}", Permission.TicketsUpdate, PatchTicket.Handle);
        api.Delete("/tickets/{id}", Permission.TicketsDelete, DeleteTicket.Handle);

        api.PutOrPatch("/tickets/{id}/status", Permission.TicketsUpdate, ChangeStatus.Handle);
        api.PutOrPatch("/tickets/{id}/assign", Permission.TicketsAssign, AssignTicket.Handle);
        api.Put("/tickets/{id}/resolve", Permission.TicketsUpdate, ResolveTicket.Handle);
        api.Put("/tickets/{id}/escalate", Permission.TicketsEscalate, EscalateTicket.Handle);
        api.Delete("/tickets/{id}/escalate", Permission.TicketsEscalate, DeescalateTicket.Handle);

        api.Get("/tickets/{id}/comments", Permission.TicketsRead, ListComments.Handle);
        // who may write what is decided by the comment's visibility, in TicketDecision
        api.Post("/tickets/{id}/comments", Permission.TicketsRead, AddComment.Handle);
        api.Post("/tickets/{id}/notes", Permission.TicketsRead, AddNote.Handle);
        api.Patch("/comments/{id}", Permission.TicketsRead, EditComment.Handle);
        api.Delete("/comments/{id}", Permission.TicketsRead, DeleteComment.Handle);

        Takes(api.Post("/uploads", Permission.TicketsRead, Upload.Handle));
        api.Get("/tickets/{id}/attachments", Permission.TicketsRead, ListAttachments.Handle);
        Takes(api.Post("/tickets/{id}/attachments", Permission.TicketsUpdate, AttachFile.Handle));
        api.Get("/attachments/{id}", Permission.TicketsRead, DownloadAttachment.Handle);
        // one's own upload, or by the rules of TicketDecision
        api.Delete("/attachments/{id}", Permission.TicketsRead, DeleteAttachment.Handle);

        api.Get("/tickets/{id}/history", Permission.TicketsRead, ListTicketHistory.Handle);
        api.Get("/tickets/{id}/status-history", Permission.TicketsRead, ListStatusHistory.Handle);
        api.Get("/tickets/{id}/assignments", Permission.TicketsRead, ListAssignments.Handle);
    }

    public static void MapTables(ModelBuilder model)
    {
    }

    /// <summary>Describes a file in a form as the body. Not by what routing looks at: who may not upload shall hear that before anything about types.</summary>
    private static void Takes(RouteHandlerBuilder route) => route.AddOpenApiOperationTransformer((operation, _, _) =>
    {
        var file = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" };
        var form = new OpenApiSchema { Type = JsonSchemaType.Object, Required = new HashSet<string>(StringComparer.Ordinal) { "file" }, Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal) { ["file"] = file } };
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal) { [ReceivedFile.FormType] = new() { Schema = form } },
        };
        return Task.CompletedTask;
    });
}

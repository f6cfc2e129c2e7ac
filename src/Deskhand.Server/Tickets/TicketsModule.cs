using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.OpenApi;

namespace Deskhand.Tickets;

/// <summary>Table of contents: tickets, their conversation, files and history, and what a tenant lays down about them.</summary>
internal static class TicketsModule
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<Rulebooks>();
        services.AddSingleton<ListMemory>();
        services.AddSingleton<StatsMemory>();
        services.AddSingleton<RecentTickets>();
        services.AddScoped<TicketDesk>();
        services.AddScoped<DirectoryMerges>();
        JobsModule.AddKind<MoveTicketsJob>(services, MoveTicketsJob.Name);
        services.AddSingleton<SearchPlans>();
        services.AddSingleton<FieldMatches>();
        services.AddScoped<TicketSearch>();
        services.AddSingleton<SearchIndexer>();
        services.AddScoped<ViewDesk>();
        services.AddSingleton<ViewCountMemory>();
        services.AddScoped<DefinitionDesk>();
        services.AddScoped<WorkflowDesk>();
        services.AddSingleton<AttachmentStore>();
        services.AddSingleton<VirusScanner>();
        JobsModule.AddKind<RedefineTickets>(services, RedefineTickets.Name);
        JobsModule.AddKind<UpdateManyKind>(services, UpdateManyKind.Name);
        JobsModule.AddKind<ResolveIncidents>(services, ResolveIncidents.Name);
        JobsModule.AddKind<UndoKind>(services, UndoKind.Name);
    }

    public static void Map(RouteTable api)
    {
        api.Get("/tickets", Permission.TicketsRead, ListTickets.Handle);
        api.Post("/tickets", Permission.TicketsCreate, CreateTicket.Handle);
        api.Get("/tickets/stats", Permission.TicketsRead, GetTicketStats.Handle);
        api.Put("/tickets/update_many", Permission.TicketsUpdate, UpdateMany.Handle);
        api.Post("/jobs/{id}/undo", Permission.TicketsUpdate, UndoJob.Handle);
        api.Get("/tickets/export.csv", Permission.TicketsRead, ExportTickets.Handle);
        api.Get("/tickets/{id}/export.pdf", Permission.TicketsRead, PrintTicket.Handle);
        api.Get("/tickets/{id}", Permission.TicketsRead, GetTicket.Handle);
        api.Put("/tickets/{id}", Permission.TicketsUpdate, ReplaceTicket.Handle);
        api.Patch("/tickets/{id}", Permission.TicketsUpdate, PatchTicket.Handle);
        api.Delete("/tickets/{id}", Permission.TicketsDelete, DeleteTicket.Handle);

        api.Post("/tickets/{id}/restore", Permission.TicketsDelete, RestoreTicket.Handle);
        api.Post("/tickets/{id}/merge", Permission.TicketsUpdate, MergeTickets.Handle);
        api.Post("/tickets/{id}/unmerge", Permission.TicketsUpdate, UnmergeTickets.Handle);
        api.Post("/tickets/{id}/split", Permission.TicketsUpdate, SplitTicket.Handle);
        api.Get("/tickets/{id}/links", Permission.TicketsRead, ListLinks.Handle);
        api.Post("/tickets/{id}/links", Permission.TicketsUpdate, CreateLink.Handle);
        api.Delete("/tickets/{id}/links/{linkId}", Permission.TicketsUpdate, DeleteLink.Handle);
        api.Get("/tickets/{id}/followers", Permission.TicketsRead, ListFollowers.Handle);
        // following is every reader's; making another follow is decided in TicketDecision
        api.Put("/tickets/{id}/followers/{userId}", Permission.TicketsRead, AddFollower.Handle);
        api.Delete("/tickets/{id}/followers/{userId}", Permission.TicketsRead, RemoveFollower.Handle);

        api.PutOrPatch("/tickets/{id}/status", Permission.TicketsUpdate, ChangeStatus.Handle);
        api.PutOrPatch("/tickets/{id}/assign", Permission.TicketsAssign, AssignTicket.Handle);
        api.Put("/tickets/{id}/resolve", Permission.TicketsUpdate, ResolveTicket.Handle);
        api.Put("/tickets/{id}/escalate", Permission.TicketsEscalate, EscalateTicket.Handle);
        api.Delete("/tickets/{id}/escalate", Permission.TicketsEscalate, DeescalateTicket.Handle);

        api.Get("/search", Permission.TicketsRead, FindAnything.Handle);
        api.Get("/search/suggest", Permission.TicketsRead, SuggestWhileTyping.Handle);

        // whose a view is decides who may change it, in ViewRules
        api.Get("/views", Permission.TicketsRead, ListViews.Handle);
        api.Post("/views", Permission.TicketsRead, CreateView.Handle);
        api.Get("/views/counts", Permission.TicketsRead, CountViews.Handle);
        api.Put("/views/order", Permission.TicketsRead, ArrangeViews.Handle);
        api.Get("/views/{id}", Permission.TicketsRead, GetView.Handle);
        api.Put("/views/{id}", Permission.TicketsRead, ReplaceView.Handle);
        api.Patch("/views/{id}", Permission.TicketsRead, PatchView.Handle);
        api.Delete("/views/{id}", Permission.TicketsRead, DeleteView.Handle);
        api.Get("/views/{id}/tickets", Permission.TicketsRead, ListTicketsOfView.Handle);

        api.Get("/customers/{id}/timeline", Permission.CustomersRead, GetCustomerTimeline.Handle);
        api.Post("/customers/{id}/merge", Permission.CustomersDelete, MergeCustomers.Handle);
        api.Post("/customers/{id}/unmerge", Permission.CustomersDelete, UnmergeCustomers.Handle);
        api.Post("/contacts/{id}/merge", Permission.CustomersDelete, MergeContacts.Handle);
        api.Post("/contacts/{id}/unmerge", Permission.CustomersDelete, UnmergeContacts.Handle);
        api.Post("/contacts/{id}/erase", Permission.CustomersErase, ErasePerson.Handle);
        api.Get("/erasures", Permission.CustomersErase, ListErasures.Handle);

        api.Get("/customers/{id}/tickets", Permission.TicketsRead, ListTicketsOfCustomer.Handle);
        api.Get("/contacts/{id}/tickets", Permission.TicketsRead, ListTicketsOfContact.Handle);

        api.Get("/tickets/{id}/comments", Permission.TicketsRead, ListComments.Handle);
        // who may write what is decided by the comment's visibility, in TicketDecision
        api.Post("/tickets/{id}/comments", Permission.TicketsRead, AddComment.Handle);
        api.Post("/tickets/{id}/notes", Permission.TicketsRead, AddNote.Handle);
        api.Get("/comments/{id}", Permission.TicketsRead, GetComment.Handle);
        api.Patch("/comments/{id}", Permission.TicketsRead, EditComment.Handle);
        api.Delete("/comments/{id}", Permission.TicketsRead, DeleteComment.Handle);

        Takes(api.Post("/uploads", Permission.TicketsRead, Upload.Handle));
        api.Get("/tickets/{id}/attachments", Permission.TicketsRead, ListAttachments.Handle);
        Takes(api.Post("/tickets/{id}/attachments", Permission.TicketsUpdate, AttachFile.Handle));
        api.Get("/attachments/{id}", Permission.TicketsRead, DownloadAttachment.Handle);
        // one's own upload, or by the rules of TicketDecision
        api.Delete("/attachments/{id}", Permission.TicketsRead, DeleteAttachment.Handle);

        api.Get("/drafts", Permission.TicketsRead, ListDrafts.Handle);
        api.Post("/drafts", Permission.TicketsRead, CreateDraft.Handle);
        api.Get("/drafts/{id}", Permission.TicketsRead, GetDraft.Handle);
        api.Put("/drafts/{id}", Permission.TicketsRead, ReplaceDraft.Handle);
        api.Patch("/drafts/{id}", Permission.TicketsRead, PatchDraft.Handle);
        api.Delete("/drafts/{id}", Permission.TicketsRead, DeleteDraft.Handle);

        api.Get("/tickets/{id}/history", Permission.TicketsRead, ListTicketHistory.Handle);
        api.Get("/tickets/{id}/status-history", Permission.TicketsRead, ListStatusHistory.Handle);
        api.Get("/tickets/{id}/assignments", Permission.TicketsRead, ListAssignments.Handle);

        api.Get("/workflows", Permission.SettingsRead, ListWorkflows.Handle);
        api.Get("/workflows/{id}", Permission.SettingsRead, GetWorkflow.Handle);
        api.Post("/workflows", Permission.SettingsManage, CreateWorkflow.Handle);
        api.Put("/workflows/{id}", Permission.SettingsManage, ReplaceWorkflow.Handle);
        api.Post("/workflows/{id}/preview", Permission.SettingsManage, PreviewWorkflow.Handle);
        api.Delete("/workflows/{id}", Permission.SettingsManage, DeleteWorkflow.Handle);
        api.Get("/statuses", Permission.SettingsRead, ListStatuses.Handle);

        api.Get("/categories", Permission.SettingsRead, ListCategories.Handle);
        api.Post("/categories", Permission.SettingsManage, CreateCategory.Handle);
        api.Get("/categories/{id}", Permission.SettingsRead, GetCategory.Handle);
        api.Put("/categories/{id}", Permission.SettingsManage, ReplaceCategory.Handle);
        api.Patch("/categories/{id}", Permission.SettingsManage, PatchCategory.Handle);
        api.Delete("/categories/{id}", Permission.SettingsManage, DeleteCategory.Handle);

        api.Post("/categories/{id}/merge", Permission.SettingsManage, MergeCategory.Handle);
        api.Post("/categories/{id}/merge/preview", Permission.SettingsManage, PreviewCategoryMerge.Handle);

        api.Get("/tags", Permission.TicketsRead, ListTags.Handle);
        api.Get("/tags/{name}", Permission.TicketsRead, GetTag.Handle);
        api.Patch("/tags/{name}", Permission.SettingsManage, RenameTag.Handle);
        api.Delete("/tags/{name}", Permission.SettingsManage, DeleteTag.Handle);

        api.Get("/custom-fields", Permission.SettingsRead, ListCustomFields.Handle);
        api.Post("/custom-fields", Permission.SettingsManage, CreateCustomField.Handle);
        api.Get("/custom-fields/{id}", Permission.SettingsRead, GetCustomField.Handle);
        api.Put("/custom-fields/{id}", Permission.SettingsManage, ReplaceCustomField.Handle);
        api.Patch("/custom-fields/{id}", Permission.SettingsManage, PatchCustomField.Handle);
        api.Delete("/custom-fields/{id}", Permission.SettingsManage, DeleteCustomField.Handle);
        api.Post("/custom-fields/{id}/convert", Permission.SettingsManage, ConvertCustomField.Handle);
        api.Post("/custom-fields/{id}/convert/preview", Permission.SettingsManage, PreviewConversion.Handle);
    }

    public static void MapTables(ModelBuilder model)
    {
        DeskDb.Map<CategoryRow>(model, "categories").ComplexProperty(c => c.Fields);
        DeskDb.Map<CustomFieldRow>(model, "custom_fields").ComplexProperty(c => c.Fields);
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

using Deskhand.Access;
using Deskhand.Http;
using Deskhand.Jobs;
using Deskhand.Outbox;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.OpenApi;

namespace Deskhand.Directory;

/// <summary>Table of contents: customers, contacts, locations, assets, projects.</summary>
internal static class DirectoryModule
{
    public static void Add(IServiceCollection services, DeskhandSettings settings)
    {
        services.AddScoped<DirectoryDesk>();
        services.AddSingleton<DirectoryChanges>();
        if (settings.Directory is not null && settings.Roles.HasFlag(ServerRoles.Intake))
        {
            services.AddSingleton<DirectoryFollower>();
            services.AddHostedService<WorkHost<DirectoryFollower>>();
        }

        services.AddScoped<CustomerImport>();
        services.AddScoped<ContactImport>();
        services.AddScoped<AssetImport>();
        JobsModule.AddKind<ImportJob<CustomerImport>>(services, "customers.import");
        JobsModule.AddKind<ImportJob<ContactImport>>(services, "contacts.import");
        JobsModule.AddKind<ImportJob<AssetImport>>(services, "assets.import");
    }

    public static void Map(RouteTable api)
    {
        api.Get("/customers", Permission.CustomersRead, ListCustomers.Handle);
        api.Post("/customers", Permission.CustomersWrite, CreateCustomer.Handle);
        api.Get("/customers/{id}", Permission.CustomersRead, GetCustomer.Handle);
        api.Put("/customers/{id}", Permission.CustomersWrite, ReplaceCustomer.Handle);
        api.Patch("/customers/{id}", Permission.CustomersWrite, PatchCustomer.Handle);
        api.Delete("/customers/{id}", Permission.CustomersDelete, DeleteCustomer.Handle);
        api.Get("/customers/{id}/children", Permission.CustomersRead, ListChildren.Handle);
        api.Get("/customers/{id}/contacts", Permission.CustomersRead, ListContactsOfCustomer.Handle);
        api.Get("/customers/{id}/locations", Permission.CustomersRead, ListLocationsOfCustomer.Handle);
        api.Get("/customers/{id}/assets", Permission.CustomersRead, ListAssetsOfCustomer.Handle);
        api.Get("/customers/{id}/history", Permission.CustomersRead, ListCustomerHistory.Handle);
        api.Post("/customers/{id}/contacts", Permission.CustomersWrite, CreateContact.Handle);
        api.Post("/customers/{id}/locations", Permission.CustomersWrite, CreateLocation.Handle);

        Takes(api.Post("/customers/import", Permission.CustomersImport, ImportCustomers.Handle));
        Takes(api.Post("/contacts/import", Permission.CustomersImport, ImportContacts.Handle));
        Takes(api.Post("/assets/import", Permission.CustomersImport, ImportAssets.Handle));
        api.Get("/customers/duplicates", Permission.CustomersRead, ListCustomerDuplicates.Handle);
        api.Get("/contacts/duplicates", Permission.CustomersRead, ListContactDuplicates.Handle);
        api.Get("/customers/export.csv", Permission.CustomersRead, ExportCustomers.Handle);
        api.Get("/contacts/export.csv", Permission.CustomersRead, ExportContacts.Handle);
        api.Get("/assets/export.csv", Permission.CustomersRead, ExportAssets.Handle);

        api.Get("/organizations", Permission.CustomersRead, ListOrganizations.Handle);
        api.Post("/organizations", Permission.CustomersWrite, CreateOrganization.Handle);
        api.Get("/organizations/{id}", Permission.CustomersRead, GetOrganization.Handle);
        api.Put("/organizations/{id}", Permission.CustomersWrite, ReplaceOrganization.Handle);
        api.Patch("/organizations/{id}", Permission.CustomersWrite, PatchOrganization.Handle);
        api.Delete("/organizations/{id}", Permission.CustomersDelete, DeleteOrganization.Handle);

        api.Get("/contacts", Permission.CustomersRead, ListContacts.Handle);
        api.Get("/contacts/search", Permission.CustomersRead, SearchContacts.Handle);
        api.Get("/contacts/{id}", Permission.CustomersRead, GetContact.Handle);
        api.Put("/contacts/{id}", Permission.CustomersWrite, ReplaceContact.Handle);
        api.Patch("/contacts/{id}", Permission.CustomersWrite, PatchContact.Handle);
        api.Delete("/contacts/{id}", Permission.CustomersDelete, DeleteContact.Handle);
        api.Get("/contacts/{id}/history", Permission.CustomersRead, ListContactHistory.Handle);

        api.Get("/locations", Permission.CustomersRead, ListLocations.Handle);
        api.Get("/locations/search", Permission.CustomersRead, SearchLocations.Handle);
        api.Get("/locations/{id}", Permission.CustomersRead, GetLocation.Handle);
        api.Put("/locations/{id}", Permission.CustomersWrite, ReplaceLocation.Handle);
        api.Patch("/locations/{id}", Permission.CustomersWrite, PatchLocation.Handle);
        api.Delete("/locations/{id}", Permission.CustomersDelete, DeleteLocation.Handle);
        api.Get("/locations/{id}/history", Permission.CustomersRead, ListLocationHistory.Handle);

        api.Get("/assets", Permission.CustomersRead, ListAssets.Handle);
        api.Get("/assets/lookup", Permission.CustomersRead, LookUpAsset.Handle);
        api.Post("/assets", Permission.CustomersWrite, CreateAsset.Handle);
        api.Get("/assets/{id}", Permission.CustomersRead, GetAsset.Handle);
        api.Put("/assets/{id}", Permission.CustomersWrite, ReplaceAsset.Handle);
        api.Patch("/assets/{id}", Permission.CustomersWrite, PatchAsset.Handle);
        api.Delete("/assets/{id}", Permission.CustomersDelete, DeleteAsset.Handle);
        api.Get("/assets/{id}/history", Permission.CustomersRead, ListAssetHistory.Handle);

        api.Get("/projects", Permission.CustomersRead, ListProjects.Handle);
        api.Post("/projects", Permission.CustomersWrite, CreateProject.Handle);
        api.Get("/projects/{id}", Permission.CustomersRead, GetProject.Handle);
        api.Put("/projects/{id}", Permission.CustomersWrite, ReplaceProject.Handle);
        api.Patch("/projects/{id}", Permission.CustomersWrite, PatchProject.Handle);
        api.Delete("/projects/{id}", Permission.CustomersDelete, DeleteProject.Handle);
        api.Get("/projects/{id}/history", Permission.CustomersRead, ListProjectHistory.Handle);
    }

    /// <summary>A route whose body is a CSV file: larger than JSON may be, with room for a plain refusal of what is larger still, and described as what it is.</summary>
    private static void Takes(RouteHandlerBuilder route) => route
        .WithMetadata(new RequestSizeLimitAttribute(4L * CsvFile.MostBytes))
        .AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal) { [CsvAnswer.ContentType] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String } } },
            };
            return Task.CompletedTask;
        });

    public static void MapTables(ModelBuilder model) => DirectoryMapping.Map(model);
}

using System.Collections.Immutable;
using System.Text.Json;
using Deskhand.Data;
using Deskhand.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Deskhand.Directory;

/// <summary>The tables of the directory. The editable fields are a part of the row whose columns carry no prefix (see DeskDb).</summary>
internal static class DirectoryMapping
{
    public static void Map(ModelBuilder model)
    {
        var customers = DeskDb.Map<Customer>(model, "customers");
        customers.ComplexProperty(c => c.Fields, f =>
        {
            f.ComplexProperty(x => x.Address);
            // a client may leave it out; by the time of saving it has been drawn
            f.Property(x => x.Number).IsRequired();
        });
        customers.Property(c => c.NameKey).ValueGeneratedOnAddOrUpdate();
        customers.Property(c => c.EmailKey).ValueGeneratedOnAddOrUpdate();

        var contacts = DeskDb.Map<Contact>(model, "contacts");
        contacts.ComplexProperty(c => c.Fields, f => f.Property(x => x.Identities).HasColumnType("jsonb").HasConversion(
            v => WriteIdentities(v), s => ReadIdentities(s),
            new ValueComparer<ImmutableArray<ContactIdentity>>((a, b) => a.SequenceEqual(b), v => v.Length)));
        contacts.Property(c => c.NameKey).ValueGeneratedOnAddOrUpdate();
        contacts.Property(c => c.EmailKey).ValueGeneratedOnAddOrUpdate();

        var locations = DeskDb.Map<Location>(model, "locations");
        locations.ComplexProperty(l => l.Fields, f => f.ComplexProperty(x => x.Address));
        locations.Property(l => l.NameKey).ValueGeneratedOnAddOrUpdate();

        var assets = DeskDb.Map<Asset>(model, "assets");
        assets.ComplexProperty(a => a.Fields);
        assets.Property(a => a.NumberKey).ValueGeneratedOnAddOrUpdate();

        var projects = DeskDb.Map<Project>(model, "projects");
        projects.ComplexProperty(p => p.Fields, f => f.Property(x => x.Number).IsRequired());
        projects.Property(p => p.NameKey).ValueGeneratedOnAddOrUpdate();
        projects.Property(p => p.NumberKey).ValueGeneratedOnAddOrUpdate();
    }

    private static string WriteIdentities(ImmutableArray<ContactIdentity> identities) => JsonSerializer.Serialize(identities, JsonFormat.Options);

    public static ImmutableArray<ContactIdentity> ReadIdentities(string json) => JsonSerializer.Deserialize<ImmutableArray<ContactIdentity>>(json, JsonFormat.Options);
}

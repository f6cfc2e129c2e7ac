using System.Collections.Frozen;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Deskhand.Http;

/// <summary>The documentation comments of this program, which the compiler writes beside it.</summary>
internal static partial class Documentation
{
    private static readonly Lazy<FrozenDictionary<string, string>> Members = new(Load);

    /// <summary>The summary of a type in one line, or null.</summary>
    public static string? Summary(Type type) => Members.Value.GetValueOrDefault("T:" + type.FullName!.Replace('+', '.'));

    private static FrozenDictionary<string, string> Load()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "deskhand.xml");
        if (!File.Exists(file)) return FrozenDictionary<string, string>.Empty;
        return XDocument.Load(file).Descendants("member")
            .Where(m => m.Element("summary") is not null)
            .ToFrozenDictionary(m => m.Attribute("name")!.Value, m => WhiteSpace().Replace(Words(m.Element("summary")!), " ").Trim(), StringComparer.Ordinal);
    }

    private static string Words(XElement element) => string.Concat(element.Nodes().Select(n => n switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" or "paramref" } see => (see.Attribute("cref") ?? see.Attribute("name"))!.Value.Split('.', ':')[^1],
        XElement inner => Words(inner),
        _ => "",
    }));

    [GeneratedRegex(@"\s+", RegexOptions.NonBacktracking)]
    private static partial Regex WhiteSpace();
}

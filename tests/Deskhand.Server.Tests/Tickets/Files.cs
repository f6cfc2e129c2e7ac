using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Deskhand.Server.Tests.Tickets;

/// <summary>Sending and fetching files as a person.</summary>
internal static class Files
{
    public static readonly byte[] Png = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13];

    public static Task<Reply> Send(this Person person, string path, byte[] content, string name = "photo.png", string claimed = "text/html")
    {
        var file = new ByteArrayContent(content);
        file.Headers.ContentType = MediaTypeHeaderValue.Parse(claimed);
        return person.SendForm(path, new MultipartFormDataContent { { file, "file", name } });
    }

    /// <summary>A form written by hand, for what no honest client would send.</summary>
    public static Task<Reply> SendRaw(this Person person, string path, string body, string contentType = "multipart/form-data; boundary=x")
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        return person.SendForm(path, content);
    }

    public static async Task<Reply> SendForm(this Person person, string path, HttpContent content)
    {
        using var response = await person.Client.PostAsync("/api/v1" + path, content);
        var text = await response.Content.ReadAsStringAsync();
        return new Reply((int)response.StatusCode, text.StartsWith('{') ? JsonNode.Parse(text) : null, response.Headers, text);
    }

    public static async Task<Guid> NewUpload(this Person person, byte[]? content = null, string name = "photo.png") =>
        (await person.Send("/uploads", content ?? Png, name)).Expect(201).Body!["id"]!.GetValue<Guid>();

    public static async Task<HttpResponseMessage> Fetch(this Person person, object id, Action<HttpRequestMessage>? with = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/attachments/{id}");
        with?.Invoke(request);
        return await person.Client.SendAsync(request);
    }

    public static async Task<int> FetchStatus(this Person person, object id)
    {
        using var response = await person.Fetch(id);
        return (int)response.StatusCode;
    }

    public static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}

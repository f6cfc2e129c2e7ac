using System.Collections.Immutable;

namespace Deskhand.Notifications;

/// <summary>The templates that every tenant starts with, in the languages that are shipped. A tenant's own stand before them.</summary>
public static class ReadyTemplates
{
    /// <summary>The languages.</summary>
    public static ImmutableArray<string> Locales { get; } = ["en", "es"];

    /// <summary>What is sent by mail; the rest is told in the desk only.</summary>
    public static ImmutableArray<NoticeKind> Kinds { get; } = [.. Enum.GetValues<NoticeKind>().Where(k => k != NoticeKind.MailFailed)];

    /// <summary>The ready template of a kind; English in a language that is not shipped.</summary>
    public static MailTemplate Of(NoticeKind kind, string locale)
    {
        var (subject, text) = locale == "es" ? Spanish(kind) : English(kind);
        return new MailTemplate(subject, text, Html(text));
    }

    private static (string Subject, string Text) English(NoticeKind kind) => kind switch
    {
        NoticeKind.TicketCreated => ("[{{ticket.reference}}] We have received your request",
            "Hello {{recipient.name}},\n\nwe have received your request and gave it the number {{ticket.reference}}. Somebody will answer you soon. To add something, answer this message.\n\n{{desk.name}}"),
        NoticeKind.TicketAssigned => ("[{{ticket.reference}}] Assigned to you: {{ticket.subject}}",
            "Hello {{recipient.name}},\n\n{{actor.name}} assigned {{ticket.reference}} to you: {{ticket.subject}}\nPriority: {{ticket.priority}}\n\n{{ticket.url}}"),
        NoticeKind.TicketStatusChanged => ("[{{ticket.reference}}] Solved: {{ticket.subject}}",
            "Hello {{recipient.name}},\n\nyour request {{ticket.reference}} ({{ticket.subject}}) is solved. If it is not, answer this message and it is open again.\n\n{{desk.name}}"),
        NoticeKind.TicketNewComment => ("[{{ticket.reference}}] {{ticket.subject}}", "{{comment.body}}\n\n{{comment.author}}\n{{desk.name}}\n\n{{ticket.reference}} {{ticket.url}}"),
        NoticeKind.TicketSlaWarning => ("[{{ticket.reference}}] Due soon: {{ticket.subject}}", "Hello {{recipient.name}},\n\na target of {{ticket.reference}} ({{ticket.subject}}, {{ticket.priority}}) is near.\n\n{{ticket.url}}"),
        NoticeKind.TicketSlaBreach => ("[{{ticket.reference}}] Overdue: {{ticket.subject}}", "Hello {{recipient.name}},\n\na target of {{ticket.reference}} ({{ticket.subject}}, {{ticket.priority}}) was missed.\n\n{{ticket.url}}"),
        NoticeKind.SatisfactionSurvey => ("[{{ticket.reference}}] How did we do?",
            "Hello {{recipient.name}},\n\nyour request {{ticket.reference}} ({{ticket.subject}}) is solved. Were you content with our help? It takes one click:\n\n{{survey.url}}\n\n{{desk.name}}"),
        NoticeKind.Invitation => ("{{actor.name}} invites you to {{desk.name}}", "Hello {{recipient.name}},\n\n{{actor.name}} invites you to work in {{desk.name}}. Choose a password within seven days:\n\n{{link.url}}"),
        NoticeKind.PasswordReset => ("Another password for {{desk.name}}", "Hello {{recipient.name}},\n\nyou can choose another password for {{desk.name}} within 24 hours:\n\n{{link.url}}\n\nIf you did not ask for it, ignore this message; your password stays."),
        NoticeKind.Message => ("[{{ticket.reference}}] {{ticket.subject}}", "{{message}}\n\n{{ticket.reference}} {{ticket.url}}"),
        NoticeKind.MailFailed => ("[{{ticket.reference}}] A message did not arrive", "A message about {{ticket.reference}} did not arrive.\n\n{{ticket.url}}"),
    };

    private static (string Subject, string Text) Spanish(NoticeKind kind) => kind switch
    {
        NoticeKind.TicketCreated => ("[{{ticket.reference}}] Hemos recibido su solicitud",
            "Hola, {{recipient.name}}:\n\nHemos recibido su solicitud y le hemos dado el número {{ticket.reference}}. Pronto recibirá una respuesta. Si desea añadir algo, responda a este mensaje.\n\n{{desk.name}}"),
        NoticeKind.TicketAssigned => ("[{{ticket.reference}}] Asignado a usted: {{ticket.subject}}",
            "Hola, {{recipient.name}}:\n\n{{actor.name}} le ha asignado {{ticket.reference}}: {{ticket.subject}}\nPrioridad: {{ticket.priority}}\n\n{{ticket.url}}"),
        NoticeKind.TicketStatusChanged => ("[{{ticket.reference}}] Resuelto: {{ticket.subject}}",
            "Hola, {{recipient.name}}:\n\nSu solicitud {{ticket.reference}} ({{ticket.subject}}) está resuelta. Si no es así, responda a este mensaje y se abrirá de nuevo.\n\n{{desk.name}}"),
        NoticeKind.TicketNewComment => ("[{{ticket.reference}}] {{ticket.subject}}", "{{comment.body}}\n\n{{comment.author}}\n{{desk.name}}\n\n{{ticket.reference}} {{ticket.url}}"),
        NoticeKind.TicketSlaWarning => ("[{{ticket.reference}}] Vence pronto: {{ticket.subject}}", "Hola, {{recipient.name}}:\n\nUn objetivo de {{ticket.reference}} ({{ticket.subject}}, {{ticket.priority}}) está a punto de vencer.\n\n{{ticket.url}}"),
        NoticeKind.TicketSlaBreach => ("[{{ticket.reference}}] Vencido: {{ticket.subject}}", "Hola, {{recipient.name}}:\n\nUn objetivo de {{ticket.reference}} ({{ticket.subject}}, {{ticket.priority}}) no se ha cumplido.\n\n{{ticket.url}}"),
        NoticeKind.SatisfactionSurvey => ("[{{ticket.reference}}] ¿Cómo lo hemos hecho?",
            "Hola, {{recipient.name}}:\n\nSu solicitud {{ticket.reference}} ({{ticket.subject}}) está resuelta. ¿Ha quedado satisfecho con nuestra ayuda? Basta un clic:\n\n{{survey.url}}\n\n{{desk.name}}"),
        NoticeKind.Invitation => ("{{actor.name}} le invita a {{desk.name}}", "Hola, {{recipient.name}}:\n\n{{actor.name}} le invita a trabajar en {{desk.name}}. Elija una contraseña en un plazo de siete días:\n\n{{link.url}}"),
        NoticeKind.PasswordReset => ("Otra contraseña para {{desk.name}}", "Hola, {{recipient.name}}:\n\nPuede elegir otra contraseña para {{desk.name}} en un plazo de 24 horas:\n\n{{link.url}}\n\nSi no la ha pedido, no haga caso de este mensaje; su contraseña no cambia."),
        NoticeKind.Message => ("[{{ticket.reference}}] {{ticket.subject}}", "{{message}}\n\n{{ticket.reference}} {{ticket.url}}"),
        NoticeKind.MailFailed => ("[{{ticket.reference}}] Un mensaje no ha llegado", "Un mensaje sobre {{ticket.reference}} no ha llegado.\n\n{{ticket.url}}"),
    };

    /// <summary>The same words as HTML: paragraphs, and links that can be clicked.</summary>
    private static string Html(string text)
    {
        var paragraphs = text.Split("\n\n").Select(p => $"<p>{p.Replace("\n", "<br>", StringComparison.Ordinal)}</p>");
        var body = string.Concat(paragraphs);
        foreach (var link in new[] { "ticket.url", "survey.url", "link.url" })
            body = body.Replace($"{{{{{link}}}}}", $"<a href=\"{{{{{link}}}}}\">{{{{{link}}}}}</a>", StringComparison.Ordinal);
        return $"<!DOCTYPE html><html><body>{body}</body></html>";
    }
}

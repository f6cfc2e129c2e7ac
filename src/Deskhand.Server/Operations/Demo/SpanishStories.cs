using Deskhand.Tickets;

namespace Deskhand.Operations.Demo;

/// <summary>The same business in Spanish.</summary>
internal static class SpanishStories
{
    public static readonly Story[] All =
    [
        new(Company.FirstLine, "technical_support/no_connection", TicketType.Incident, Priority.High,
            ["Sin conexión en {site}", "No tenemos internet desde anoche", "La línea {asset} no funciona"],
            "Buenos días:\n\nDesde anoche no tenemos internet en {site}. La luz LOS del equipo está en rojo. El número de la línea es {asset}.\n\nYa hemos reiniciado el equipo.\n\nUn saludo,\n{first}")
        {
            Weight = 22, IsSpanish = true, AboutLine = true, Downtime = (80, 480), Tags = ["fibre", "outage"], Channels = [Channel.Phone, Channel.Email, Channel.Whatsapp],
            Script = """
                A Hola, {first}: gracias por avisar. La luz roja indica que no llega señal óptica, así que no es su router. Estoy probando la línea {asset} desde aquí.
                N No signal from {ont}. The splitter is fine, so it is the drop.
                >Field team|Drop fault in {city}, contractor visit
                A Nuestro técnico puede pasar hoy entre las 12:00 y las 15:00. ¿Habrá alguien en {site}?
                C Sí, pregunten por mí en recepción.
                F Bent fibre behind the rack, new patch cord, -18.1 dBm.
                * La fibra estaba doblada detrás del armario; la hemos cambiado y la línea funciona. Si vuelve a fallar, responda a este mensaje.
                """,
        },
        new(Company.FirstLine, "technical_support/slow_speed", TicketType.Incident, Priority.Normal,
            ["Internet muy lento por las tardes", "Las videollamadas se cortan"],
            "Hola:\n\nDesde hace una semana la conexión va muy lenta, sobre todo por la tarde. Tenemos contratados 600 Mb y el test da 50.\n\nGracias,\n{first}")
        {
            Weight = 14, IsSpanish = true, AboutLine = true, Tags = ["fibre"],
            Script = """
                ? Hola, {first}: ¿podría hacer una prueba con un ordenador conectado por cable al router y enviarnos el resultado y la hora?
                C Por cable me da 590/580. Por wifi, 45.
                A Entonces la línea está bien y el problema es el wifi: el router es antiguo. Le enviamos uno nuevo sin coste.
                C Perfecto, muchas gracias.
                * Router entregado y configurado. Por wifi ya supera los 400 Mb.
                """,
        },
        new(Company.Billing, "billing/invoice", TicketType.Question, Priority.Normal,
            ["Duda sobre la factura INV-{n}", "Error en la factura INV-{n}"],
            "Buenas tardes:\n\nEn la factura INV-{n} aparece un concepto de desplazamiento que no reconocemos. ¿Pueden revisarlo?\n\nUn saludo,\n{first}")
        {
            Weight = 13, IsSpanish = true, Tags = ["invoice"], Channels = [Channel.Email],
            Script = """
                A Buenas tardes, {first}: lo reviso con su contrato y le digo algo hoy mismo.
                N Under guarantee, should not have been billed.
                * Tenía razón: la visita estaba en garantía. Le hemos enviado el abono CN-{n}.
                """,
        },
        new(Company.FirstLine, "account/access", TicketType.Question, Priority.Normal,
            ["No puedo entrar en el portal", "Acceso al portal para una compañera"],
            "Hola, no consigo entrar en el portal de clientes y el correo para cambiar la contraseña no llega.\n\nGracias,\n{first}")
        {
            Weight = 10, IsSpanish = true, Tags = ["portal"], Channels = [Channel.Web, Channel.Email, Channel.Chat],
            Script = """
                A Hola, {first}: su servidor de correo rechazó el mensaje. Se lo acabo de enviar otra vez.
                C Ya ha llegado, gracias.
                * Perfecto. Cualquier cosa, aquí estamos.
                """,
        },
        new(Company.Field, "technical_support/installation", TicketType.Task, Priority.Normal,
            ["Instalación nueva en {site}", "Alta de fibra {asset}"],
            "Alta nueva: fibra 600/600 en {site}, {city}. Contacto: {first}. Línea {asset}.")
        {
            Weight = 9, IsSpanish = true, AboutLine = true, DueInDays = 14, Tags = ["installation"], Channels = [Channel.Construction],
            Script = """
                ? Buenos días, {first}: ¿qué mañana de la semana que viene le viene bien para la instalación? Necesitamos unas dos horas.
                C El miércoles a partir de las nueve.
                H Permission of the building's owners is missing, reference W-{n}.
                A Ya tenemos el permiso. Pasamos el miércoles a las nueve.
                F Installed, -17.6 dBm, serial {ont}.
                * Su línea está activa. ¡Bienvenidos!
                """,
        },
    ];
}

using Deskhand.Tickets;

namespace Deskhand.Operations.Demo;

/// <summary>What goes wrong with lines and what stands at their ends.</summary>
internal static class LineStories
{
    public static readonly Story[] All =
    [
        new(Company.FirstLine, "technical_support/no_connection", TicketType.Incident, Priority.High,
            ["No internet at {site}", "Fibre down since this morning – {site}", "Line {asset} is dead"],
            "Hi,\n\nWe have had no internet at {site} since early this morning. The LOS light on the fibre box is red. The line number on the sticker is {asset}.\n\nWe already switched everything off and on again.\n\n{first}")
        {
            Weight = 22, AboutLine = true, Downtime = (95, 540), Tags = ["fibre", "outage"], Channels = [Channel.Phone, Channel.Phone, Channel.Email, Channel.Whatsapp],
            Script = """
                A Hi {first}, thank you for the details. A red LOS light means that no light reaches your box, so this is not your router. I am testing {asset} from our side now and will come back to you within the hour.
                N No signal from {ont} since the night. Neighbours on the same splitter are up, so it is the drop cable or the connector.
                >Field team|Drop fault, needs a visit
                A Our technician can be at {site} today between 12:00 and 15:00. Will somebody be there to let him in?
                C Yes, please ask for me at reception.
                F Connector at the wall box was broken, probably by the cleaners. New pigtail spliced, -18.4 dBm at the ONT.
                * The connector at your wall box was broken; we replaced it and your line is up again at full power. Please tell us if the red light comes back.
                """,
        },
        new(Company.Network, "technical_support/no_connection", TicketType.Incident, Priority.Urgent,
            ["Splitter {n} in {city} unreachable", "Alarm: PON port {n} in {city} down"],
            "Raised by the monitoring.\n\nPON port {n} at the {city} exchange reports loss of signal on all subscribers. Affected customer with priority: {customer}, line {asset}.")
        {
            Weight = 7, For = Audience.Business, AboutLine = true, Downtime = (60, 420), Tags = ["outage", "monitoring"], Channels = [Channel.Api],
            Script = """
                N All 31 subscribers behind port {n} went dark in the same second. That is a cut, not power.
                !2|Area outage with a priority customer behind it
                A Dear {first}, we see that your line {asset} is down together with others in {city}. It looks like a cable cut; our team is on its way and we will update you every hour.
                F Excavator hit the duct 400 m from the exchange. Digging free now, joint closure and 24-fibre cable are on the van.
                A The cut has been found and is being spliced. We expect service back within two hours.
                C Thanks for keeping us posted. We are running on the mobile backup.
                * All lines behind the cut are up again. We will send the incident report within two days.
                """,
        },
        new(Company.FirstLine, "technical_support/slow_speed", TicketType.Incident, Priority.Normal,
            ["Slow speed in the afternoons", "Only getting a tenth of our speed at {site}", "Internet very slow – video calls drop"],
            "Hello\n\nFor about a week the internet at {site} has been really slow, mostly after lunch. Video calls freeze. A speed test shows 40 down where we pay for 500.\n\nRegards\n{first}")
        {
            Weight = 20, AboutLine = true, Tags = ["fibre"],
            Script = """
                ? Hi {first}, could you run one test with a computer connected by cable to the router, not over Wi-Fi, and send me the result and the time? That tells us which half of the path to look at.
                C By cable I get 480/470 at 14:10. On Wi-Fi 38.
                N Line is clean: -17.9 dBm, no errors on {ont}. Router is an old single-band model from 2019.
                A Thank you, that helps a lot: the fibre delivers what it should, and your Wi-Fi does not. Your router only uses the crowded 2.4 GHz band. I can send you a current model for the running contract at no cost.
                C Please do. Same address.
                * The new router was delivered and our colleague walked {first} through the set-up. Speed over Wi-Fi is now above 400 in the office.
                """,
        },
        new(Company.FirstLine, "technical_support/wifi", TicketType.Question, Priority.Low,
            ["How do I change my Wi-Fi password?", "Guest Wi-Fi", "Wi-Fi does not reach the back rooms"],
            "Good day, can you help me with the Wi-Fi please? I want to set it up differently and I can't find where. We have the white router you installed.\n\n{first}")
        {
            Weight = 14, Channels = [Channel.Web, Channel.Whatsapp, Channel.Chat, Channel.Email],
            Script = """
                A Hi {first}, with pleasure. Open http://192.168.1.1 while you are connected, sign in with the password on the sticker below the router, and choose *Wireless*. There you find the name, the password and the guest network.
                C Found it, but it asks for an administrator password and the one on the sticker is not accepted.
                A Then it was changed once. I have set it back from here; please try the sticker again.
                * Glad that it works now. The steps are in our help centre too, under "Wi-Fi".
                """,
        },
        new(Company.FirstLine, "technical_support/equipment", TicketType.Incident, Priority.Normal,
            ["Router restarts by itself", "ONT {ont} keeps rebooting", "Power supply makes a noise"],
            "Hi there\n\nThe router at {site} restarts several times a day by itself. It is quite warm. Can we get another one?\n\n{first}")
        {
            Weight = 12, AboutLine = true, Downtime = (15, 90), Tags = ["hardware"],
            Script = """
                A Hello {first}, I can see eleven restarts of {ont} in the last two days, all without warning: that is typical of a worn power supply. I am arranging a replacement.
                H Power supply 12 V / 1.5 A out of stock in the warehouse, delivery announced for the day after tomorrow.
                F Three boxes came in this morning, one is set aside for {customer}.
                A The part is here. It leaves by courier today and comes with a return label for the old one.
                C Received and swapped, looks stable so far.
                * No restarts since the swap. Thank you for sending the old one back.
                """,
        },
        new(Company.Field, "technical_support/installation", TicketType.Task, Priority.Normal,
            ["New installation at {site}", "Fibre installation {asset}", "Second line for {site}"],
            "New order: 500/500 business fibre at {site}, {city}. Contact on site: {first}. Drop number {asset}. Customer asks for installation within ten working days.")
        {
            Weight = 15, AboutLine = true, DueInDays = 14, Tags = ["installation"], Channels = [Channel.Construction, Channel.Construction, Channel.Internal],
            Script = """
                ? Good day {first}, we would like to install your line {asset}. Which morning suits you next week? We need access to the distribution board and about two hours.
                C Wednesday or Thursday from 8:00.
                H Wayleave for the pavement crossing still with the municipality, reference W-{n}.
                F Wayleave is here. Duct is free, 60 m of cable needed.
                A We have everything now and come on Thursday at 8:00.
                F Installed and tested, -17.2 dBm, serial {ont}. Photos are in the project folder.
                * Your line is active. Welcome on board, and thank you for the coffee.
                """,
        },
        new(Company.Network, "technical_support/maintenance", TicketType.Task, Priority.Low,
            ["Firmware for the ONTs in {city}", "Replace battery in cabinet {city} {n}", "Planned work on the {city} ring"],
            "Planned work in {city}, window 00:00 to 05:00. Customers behind it: {customer} and others. Announce it five working days before.")
        {
            Weight = 8, DueInDays = 21, Tags = ["maintenance"], Channels = [Channel.Internal],
            Script = """
                N Change plan written, way back: previous image stays on partition B.
                A Dear {first}, we will carry out maintenance in {city} during one of the coming nights between 00:00 and 05:00. Your service may be interrupted for up to ten minutes. Nothing needs to be done on your side.
                H Waiting for the approval of the change by operations.
                @work-log.txt|The work was done as announced; the log is attached.
                * Done within the window, two interruptions of three minutes each.
                """,
        },
        new(Company.FirstLine, "technical_support/voice", TicketType.Incident, Priority.Normal,
            ["Callers can't hear us", "Telephone line has echo", "No incoming calls on our main number"],
            "Hello, since yesterday our telephones at {site} have a problem: we hear the callers, they do not hear us. Mobile phones work. It is quite urgent for our front desk.\n\n{first}, {customer}")
        {
            Weight = 9, For = Audience.Business, Tags = ["voice"],
            Script = """
                A Hi {first}, one-way audio is almost always a firewall that changes ports. Did anything change in your network in the last days?
                C Our IT people put in a new firewall on Tuesday, yes.
                >Network|Needs a look at the SIP trunk together with their IT
                N Their new firewall has SIP ALG switched on. RTP comes from port {n}21 where we expect the one announced.
                ? {first}, please have your IT switch off "SIP ALG" on the new firewall and restart one telephone. Tell us what happens.
                C That was it!! All telephones are fine now.
                * Wonderful. We have added a note about it to your site, should the firewall ever be replaced again.
                """,
        },
        new(Company.Network, "technical_support/no_connection", TicketType.Problem, Priority.High,
            ["Recurring short interruptions at {site}", "Line {asset} drops every few hours"],
            "This is the third time we report this. The line at {site} drops for two or three minutes several times a day. Each time somebody tells us it is fine now and it is not. We can't access our systems during that time.\n\n{first}\n{customer}")
        {
            Weight = 9, For = Audience.Business, AboutLine = true, Downtime = (30, 200), Tags = ["fibre", "recurring"], Channels = [Channel.Email, Channel.Phone],
            Script = """
                !1|Third report of the same fault within a month
                A Dear {first}, you are right, and I am sorry. I have taken this over myself and put your line under a permanent test. You will hear from me tomorrow with what we found, whatever it is.
                N Drops match the sun on the cabinet: 11:00 to 15:00, sometimes after. Suspect a tray splice that moves with the heat.
                @otdr-trace.txt|We measured your line through the day. The trace shows a bad splice 1.2 km from you; see the attachment.
                F Cabinet {n}: tray 4 re-spliced, loss down from 1.9 dB to 0.03 dB.
                C Two days without a drop. Can we keep this open until the end of the week?
                * A full week without a single interruption. Thank you for your patience; the credit for the month is on its way.
                """,
        },
    ];
}

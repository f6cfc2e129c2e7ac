using Deskhand.Tickets;

namespace Deskhand.Operations.Demo;

/// <summary>Invoices, accounts, complaints and wishes.</summary>
internal static class OfficeStories
{
    public static readonly Story[] All =
    [
        new(Company.Billing, "billing/invoice", TicketType.Question, Priority.Normal,
            ["Question about invoice INV-{n}", "Invoice INV-{n} shows the wrong amount", "Please correct invoice INV-{n}"],
            "Good morning\n\nInvoice INV-{n} has a position \"call-out {city}\" that we do not recognise. As far as we know the visit was under guarantee. Could you check please?\n\nKind regards\n{first}\n{customer}")
        {
            Weight = 16, Tags = ["invoice"], Channels = [Channel.Email],
            Script = """
                A Dear {first}, thank you for writing. I am checking the visit against your contract.
                N Visit was on a line installed eight months ago: guarantee. Position should not have been billed.
                A You are right: the line was still under guarantee, the visit should not have been on the invoice. You will receive a credit note today.
                C Thank you, that was quick.
                * Credit note CN-{n} is sent and the balance is corrected.
                """,
        },
        new(Company.Billing, "billing/payment", TicketType.Question, Priority.Normal,
            ["Proof of payment", "Debit order failed", "Payment went off twice"],
            "Hi, our payment for last month seems to have gone off twice. See our bank statement, reference MF-{n}. Please refund one of them or set it off against the next invoice.\n\n{first}")
        {
            Weight = 11, Tags = ["payment"], Channels = [Channel.Email, Channel.Email, Channel.Whatsapp],
            Script = """
                ? Hello {first}, I can see both payments, thank you. Shall we pay one back or keep it for the next invoice? For paying back I need the account number confirmed in writing.
                C Keep it for the next invoice please.
                * The amount stands as a credit on your account and is taken off the next invoice by itself.
                """,
        },
        new(Company.Billing, "billing/plan_change", TicketType.Task, Priority.Low,
            ["Upgrade to 1 Gbit/s", "Change of package from next month", "Quote for a faster line"],
            "Hello Meridian team\n\nWe would like to change {site} to the 1 Gbit/s package from the first of next month. What would the difference be, and does anything have to be changed in the equipment?\n\n{first}")
        {
            Weight = 11, AboutLine = true, DueInDays = 20, Tags = ["upgrade"],
            Script = """
                ? Hi {first}, good choice. The difference is R {n} a month; your equipment is ready for it. Do you confirm the change from the first of the month?
                C Confirmed.
                N Ordered in the portal, profile change is planned for the night before the first.
                * The new profile is active and shows on the next invoice. Enjoy the speed!
                """,
        },
        new(Company.FirstLine, "account/access", TicketType.Question, Priority.Normal,
            ["Can't sign in to the portal", "New colleague needs access to the portal", "Password reset mail does not arrive"],
            "Hi\n\nI can't sign in to the customer portal any more. The reset mail never arrives, also not in spam.\n\nThanks\n{first}")
        {
            Weight = 14, Tags = ["portal"], Channels = [Channel.Web, Channel.Email, Channel.Chat],
            Script = """
                A Hello {first}, our mail to you was refused by your mail server ("greylisted"). I have sent it again just now; it should be there in a few minutes.
                C Got it, I am in.
                * Very good. I have asked our mail people to look at the greylisting, so that it does not happen to your colleagues.
                """,
        },
        new(Company.FirstLine, "account/contact_details", TicketType.Task, Priority.Low,
            ["New contact person at {customer}", "Please update our details", "Change of telephone number"],
            "Dear Sir or Madam\n\nPlease note our new telephone number and that invoices should go to accounts from now on, and no longer to me.\n\nRegards\n{first}")
        {
            Weight = 9, For = Audience.Business,
            Script = """
                ? Thank you {first}. From which date should invoices go to the new address: already the one of this month?
                C From this month please.
                * Changed as you wished. Please check the details in the portal.
                """,
        },
        new(Company.FirstLine, "account/move", TicketType.Task, Priority.Normal,
            ["We are moving – can the line come along?", "Moving house at the end of the month"],
            "Hello, we are moving within {city} at the end of next month. Can we take our internet with us, and how long will we be without it?\n\n{first}")
        {
            Weight = 8, AboutLine = true, DueInDays = 30, Tags = ["move"],
            Script = """
                A Hi {first}, yes, the contract moves with you. I only need the new address to see whether our fibre is there already.
                C It is 14 {city} Gardens, unit 3.
                >Field team|New address needs a drop
                N Fibre is in the street, building not yet connected. Standard installation.
                H Landlord's permission for the building is still open.
                A We have the landlord's permission and can switch you over on the day of the move.
                * You are online at the new address, and the old line is closed. All the best in your new home!
                """,
        },
        new(Company.FirstLine, "account/cancellation", TicketType.Task, Priority.Normal,
            ["Cancellation of line {asset}", "We would like to cancel"],
            "Good day\n\nPlease cancel line {asset} with the agreed notice. The reason is that we close this office.\n\n{first}\n{customer}")
        {
            Weight = 5, AboutLine = true, Tags = ["retention"], Channels = [Channel.Email],
            Script = """
                A Dear {first}, we are sorry to see this line go. The notice runs to the end of next month. Is there another office that could use it?
                C No, thank you, it is only this one.
                >Billing|Final invoice
                * The cancellation is confirmed. The final invoice comes with the last day of service; please send back the box with serial {ont}.
                """,
        },
        new(Company.FirstLine, "complaint/visit", TicketType.Incident, Priority.High,
            ["Technician did not come", "Waited all morning for nothing", "Broken tile after your visit"],
            "I am very disappointed. Your technician was to come between 8 and 12, I took the morning off, and nobody came and nobody called. This is unacceptable.\n\n{first}")
        {
            Weight = 9, Tags = ["complaint"], Channels = [Channel.Email, Channel.Phone, Channel.Whatsapp],
            Script = """
                !1|Angry customer, missed appointment
                A Dear {first}, I apologise. You are right to be angry: you should at least have had a call. I am finding out what happened and will call you today.
                F Van broke down in {city}; dispatch did not pass it on. Our fault.
                A We can come tomorrow at 8:00 sharp, or at any time that suits you better. The visit and this month are on us.
                C Tomorrow at 8 is fine.
                C Your colleague was here on time and was very friendly. Thank you.
                * Thank you for giving us the second chance. The credit is noted for this month's invoice.
                """,
        },
        new(Company.FirstLine, "feature_request/portal", TicketType.Question, Priority.Low,
            ["Download all invoices at once", "Usage per site in the portal", "Report of outages per month"],
            "Hi team, for our reporting it would help a lot if we could get the figures of all our sites out of the portal in one file instead of clicking through each of them.\n\nThanks, {first}")
        {
            Weight = 6, For = Audience.Business, Tags = ["portal", "wish"], Channels = [Channel.Web, Channel.Email],
            Script = """
                A Hi {first}, that makes sense, and you are not the first to ask. I have put it on the list with your use case.
                H With the portal people, planned for the quarter after this one.
                N Fourth customer with this wish: moved up.
                * Good news: the export is there. You find it above the list of sites.
                """,
        },
        new(Company.FirstLine, "general_inquiry", TicketType.Question, Priority.Low,
            ["Is there fibre in our street?", "Opening hours during the holidays", "Do you offer a mobile backup?"],
            "Good afternoon, a quick question before we decide: is there a backup over the mobile network that switches over by itself when the fibre is down? What does it cost?\n\n{first}")
        {
            Weight = 12, Channels = [Channel.Web, Channel.Chat, Channel.Whatsapp, Channel.Email],
            Script = """
                A Good afternoon {first}, yes, there is: a second modem that takes over within thirty seconds, for R {n} a month with 100 GB included. Shall I send you an offer?
                C Yes please.
                * The offer is in your inbox and valid for thirty days.
                """,
        },
    ];
}

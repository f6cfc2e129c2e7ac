"""A mail server for tests: smtp_server.py FOLDER [--tls CERT KEY] [--implicit] [--auth USER PASSWORD] [--only PLAIN|LOGIN] [--no-utf8] [--silent] [--port N]

--implicit encrypts from the first byte, --only offers one way to sign in, --silent takes connections and never says a word.

Prints "ready PORT". Every message that it takes becomes FOLDER/NNNN.eml, with its envelope in FOLDER/NNNN.json.
The beginning of the recipient's local part says what happens: gone 550, later 451, refused 554 after the message,
taken-then-silent: takes the message and dies without an answer, slow: takes half a second, hang-rcpt and hang-end: never answers the recipient,
or the end of the message, which it takes. hold-data and hold-end stop, once each, before the message and after it was taken: FOLDER/held-... appears,
and it goes on when FOLDER/go-... does.
"""
import argparse, asyncio, json, os, ssl, sys
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("--tls", nargs=2)
parser.add_argument("--auth", nargs=2)
parser.add_argument("--port", type=int, default=0)
parser.add_argument("--implicit", action="store_true")
parser.add_argument("--only")
parser.add_argument("--no-utf8", action="store_true")
parser.add_argument("--silent", action="store_true")
args = parser.parse_args()
count = len([f for f in os.listdir(args.folder) if f.endswith(".eml")])


async def hold(name):
    held = os.path.join(args.folder, "held-" + name)
    if os.path.exists(held):
        return
    open(held, "w").close()
    while not os.path.exists(os.path.join(args.folder, "go-" + name)):
        await asyncio.sleep(0.02)


class Server(SMTP):
    async def smtp_DATA(self, arg):
        if self.envelope.rcpt_tos and self.envelope.rcpt_tos[0].startswith("hold-data"):
            await hold(self.envelope.rcpt_tos[0].split("@")[0])
        await super().smtp_DATA(arg)


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("gone"):
            return "550 5.1.1 There is nobody of this name"
        if address.startswith("later"):
            return "451 4.3.0 Not now"
        if address.startswith("hang-rcpt"):
            await asyncio.sleep(3600)
        if address.startswith("slow"):
            await asyncio.sleep(0.5)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        global count
        to = envelope.rcpt_tos[0]
        if to.startswith("refused"):
            return "554 5.7.1 This is not wanted"
        count += 1
        name = os.path.join(args.folder, "%04d" % count)
        with open(name + ".part", "wb") as file:
            file.write(envelope.original_content)
        with open(name + ".json", "w") as file:
            json.dump({"from": envelope.mail_from, "to": envelope.rcpt_tos, "name": session.host_name, "tls": session.ssl is not None,
                       "user": session.auth_data.login.decode() if session.auth_data else None, "mechanism": mechanisms[-1] if mechanisms else None,
                       "utf8": envelope.smtp_utf8}, file)
        os.rename(name + ".part", name + ".eml")
        if to.startswith("taken-then-silent"):
            os._exit(1)
        if to.startswith("hang-end"):
            await asyncio.sleep(3600)
        if to.startswith("hold-end"):
            await hold(to.split("@")[0])
        return "250 2.0.0 Taken as %d" % count


mechanisms = []


def authenticate(server, session, envelope, mechanism, data):
    mechanisms.append(mechanism)
    good = isinstance(data, LoginPassword) and [data.login.decode(), data.password.decode()] == args.auth
    return AuthResult(success=good, handled=False, auth_data=data)


async def main():
    context = None
    if args.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*args.tls)
    loop = asyncio.get_running_loop()
    starttls = None if args.implicit else context
    server = await loop.create_server(asyncio.Protocol if args.silent else lambda: Server(Handler(), hostname="localhost", enable_SMTPUTF8=not args.no_utf8,
        data_size_limit=1_000_000, tls_context=starttls, require_starttls=bool(starttls), authenticator=authenticate if args.auth else None,
        auth_required=bool(args.auth), auth_require_tls=bool(starttls), auth_exclude_mechanism=[m for m in ("PLAIN", "LOGIN") if args.only and m != args.only]),
        host="127.0.0.1", port=args.port, ssl=context if args.implicit else None)
    print("ready", server.sockets[0].getsockname()[1], flush=True)
    # the end of the input is the end of whoever started this
    await loop.run_in_executor(None, sys.stdin.read)
    os._exit(0)

asyncio.run(main())

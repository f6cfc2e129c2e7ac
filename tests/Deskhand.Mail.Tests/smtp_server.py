"""A mail server for tests: smtp_server.py FOLDER [--tls CERT KEY] [--auth USER PASSWORD] [--port N]

Prints "ready PORT". Every message that it takes becomes FOLDER/NNNN.eml, with its envelope in FOLDER/NNNN.json.
The beginning of the recipient's local part says what happens: gone 550, later 451, refused 554 after the message,
taken-then-silent: takes the message and dies without an answer, slow: takes half a second.
"""
import argparse, asyncio, json, os, ssl, sys
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("--tls", nargs=2)
parser.add_argument("--auth", nargs=2)
parser.add_argument("--port", type=int, default=0)
args = parser.parse_args()
count = len([f for f in os.listdir(args.folder) if f.endswith(".eml")])


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("gone"):
            return "550 5.1.1 There is nobody of this name"
        if address.startswith("later"):
            return "451 4.3.0 Not now"
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
                       "user": session.auth_data.login.decode() if session.auth_data else None}, file)
        os.rename(name + ".part", name + ".eml")
        if to.startswith("taken-then-silent"):
            os._exit(1)
        return "250 2.0.0 Taken as %d" % count


def authenticate(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and [data.login.decode(), data.password.decode()] == args.auth
    return AuthResult(success=good, handled=False, auth_data=data)


async def main():
    context = None
    if args.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*args.tls)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Handler(), hostname="localhost", enable_SMTPUTF8=True, data_size_limit=1_000_000, tls_context=context,
        require_starttls=bool(context), authenticator=authenticate if args.auth else None, auth_required=bool(args.auth), auth_require_tls=bool(context)),
        host="127.0.0.1", port=args.port)
    print("ready", server.sockets[0].getsockname()[1], flush=True)
    # the end of the input is the end of whoever started this
    await loop.run_in_executor(None, sys.stdin.read)
    os._exit(0)

asyncio.run(main())

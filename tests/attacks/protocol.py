"""Attacks on the channel: a sandbox that speaks for itself, in frames of its own."""

# The text of an attack stays as it would be handed in.

from tests.attacks.attack import Attack, table

# A frame is built without the code of the grader, so that none of its checks is in the way.
FRAMES = """
import os, stat, struct, sys, threading, time
msgpack = sys.modules["msgpack"]
pack, ext = msgpack.packb, msgpack.ExtType

def channels():
    for number in range(3, 1024):
        try:
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                yield number
        except OSError:
            pass

(channel,) = channels()

def frame(header, body=b"", total=None, size=None):
    total = len(header) + len(body) if total is None else total
    return struct.pack("<II", total, len(header) if size is None else size) + header + body

def send(data):
    while data:
        data = data[os.write(channel, data):]

def tup(*items):
    return ext(2, pack(list(items)))

FLOAT64, BOOL = 11, 0

def array(code, *shape):
    return ext(1, struct.pack("<B%dI" % len(shape), code, *shape))

def text(size):
    return ext(5, struct.pack("<I", size))

def handle(number=1, name=b"Double", is_callable=1):
    return ext(3, struct.pack("<QB", number, is_callable) + name)

def ok(value):
    return pack(["ok", value])

def answer(data):
    # The server's own answer would come second, so it never comes.
    send(data)
    os._exit(0)

def wait(data):
    send(data)
    threading.Event().wait()
"""


def reply(data: str, before: str = "", then: str = "answer") -> tuple[str, str]:
    """The cells of a Double whose forward sends these bytes as the answer to its call."""
    lines = "".join(f"        {line}\n" for line in before.split("\n") if before)
    return FRAMES, (
        "class Double:\n    parts = [1.0, 1.0]\n    def forward(self, x):\n"
        f"{lines}        {then}({data})\n"
    )


WRONG = """
class Double:
    parts = [1.0, 1.0]
    def forward(self, x):
        return 0 * x
"""

ATTACKS: list[Attack] = [
    *table(
        "protocol",
        {
            # With a decoder that trusts what comes.
            "noise": reply("os.urandom(5000)"),
            # With a judge that makes room for what is announced.
            "an announcement of 4 GB": reply("struct.pack('<II', 2**32 - 1, 2**32 - 1)"),
            # With a decoder that looks at the header's length last.
            "a header longer than its frame": reply("frame(b'abc', size=1 << 20)"),
            # With a judge that takes the first answer and then the wrong ones.
            "two answers at once": reply("frame(ok(6.0)) * 2"),
            # With a judge that believes what it is told of the result.
            "success in other words": reply(
                "frame(pack({'passed': True, 'score': 100, 'outputs': [], 'success': True}))"
            ),
            "an answer of another form": reply("frame(pack(tup('ok', 6.0)))"),
            "an answer that was no failure": reply("frame(pack(['passed', 6.0]))"),
            # With a judge that copies: 50000 arrays of one body of 60 MB are 3 TB.
            "many arrays of the same bytes": reply(
                "frame(ok([array(FLOAT64, 7_500_000)] * 50_000), bytes(60_000_000))"
            ),
            "more arrays than bytes": reply(
                "frame(ok([array(FLOAT64, 7_400_000)] * 50_000), bytes(60_000_000))"
            ),
            "more texts than bytes": reply(
                "frame(ok([text(60_000_000)] * 50_000), bytes(60_000_000))"
            ),
            # With an array that reaches out of its frame.
            "an array longer than its frame": reply("frame(ok(array(FLOAT64, 9)), bytes(8))"),
            "a shape of -1": reply("frame(ok(array(FLOAT64, 2**32 - 1)), bytes(8))"),
            "a shape whose product overflows": reply(
                "frame(ok(array(FLOAT64, 2**26, 2**26, 2**26)), bytes(8))"
            ),
            "a shape whose product is 0 with an axis of 4 billion": reply(
                "frame(ok(array(FLOAT64, 2**32 - 1, 0)))"
            ),
            "a shape of 65 dimensions": reply("frame(ok(array(FLOAT64, *[1] * 65)), bytes(8))"),
            "a shape of half a number": reply("frame(ok(ext(1, b'\\x0b\\x01\\x00')), bytes(8))"),
            "an array without a dtype": reply("frame(ok(ext(1, b'')), bytes(8))"),
            "an array with more to say": reply(
                "frame(ok(ext(1, struct.pack('<BIq', FLOAT64, 1, -16))), bytes(8))"
            ),
            "a text of the length -1": reply("frame(ok(text(2**32 - 1)), bytes(8))"),
            "a text of the length in eight bytes": reply(
                "frame(ok(ext(5, struct.pack('<q', -8))), bytes(8))"
            ),
            "a text longer than its frame": reply("frame(ok(text(9)), bytes(8))"),
            "bytes for nothing": reply("frame(ok(6.0), bytes(8))"),
            # With a decoder that makes Python objects of addresses, or looks beyond its table.
            "a dtype after the last": reply("frame(ok(array(12, 1)), bytes(8))"),
            "a dtype of 255": reply("frame(ok(array(255, 1)), bytes(8))"),
            "a handle cut short": reply("frame(ok(ext(3, b'1234567')))"),
            # With a decoder that knows more than it says.
            "extensions nobody knows": reply(
                "frame(pack(['ok', ext(77, pack([1])), ext(9, b'')]))"
            ),
            "an empty extension": reply("frame(ok(ext(2, b'')))"),
            "a time stamp of no length": reply(r"frame(b'\xc7\x05\xff' + b'12345')"),
            "text that is no UTF-8": reply(r"frame(b'\xa4\xff\xfe\xed\xa0')"),
            "a key that cannot be one": reply(r"frame(b'\x81\x90\x01')"),
            "a list that is shorter than it says": reply(r"frame(b'\xdd\xff\xff\xff\xff')"),
            # With a stack that overflows.
            "extensions in extensions": (
                FRAMES
                + """
parts, size = [], 0
for depth in range(100_000):
    parts.append(b"\\xc9" + size.to_bytes(4, "big") + b"\\x02")
    size += 6
nested = b"".join(reversed(parts))
""",
                reply("frame(nested)")[1],
            ),
            "lists in lists": reply(r"frame(b'\x91' * 1_000_000 + b'\x01')"),
            "maps in maps": reply(r"frame(b'\x81\x01' * 500_000 + b'\x01')"),
        },
        shows="the notebook's process sent",
    ),
    *table(
        "protocol",
        {
            # With a judge that waits for the rest.
            "a frame cut short": reply("frame(ok(1.0), total=1 << 20)", then="wait"),
            # With a limit on the time of each read in place of the whole answer.
            "one byte after the other": reply(
                "b''",
                "for byte in frame(ok(1.0), b'x' * 1000):\n"
                "    send(bytes([byte]))\n    time.sleep(0.05)",
            ),
            # With a judge that waits for ever.
            "silence": reply("b''", then="wait"),
        },
        shows="took more than 1 s and was stopped",
    ),
    *table(
        "protocol",
        {
            # With a judge that believes what it is told of the result.
            "success": reply("frame(ok(True))"),
            # With a NumPy that reads a truth value which is neither.
            "truth values of 2 and 255": reply(
                "frame(ok(array(BOOL, 4, 3)), bytes([2, 255, 128] * 4))"
            ),
            "numbers with odd patterns": reply(
                "frame(ok(array(FLOAT64, 1, 1)), bytes([0x7F, 0, 0, 0, 0, 0, 0xF4, 0xFF]))"
            ),
            # With a decoder that makes objects for what nobody asked for.
            "a time stamp": reply("frame(pack(['ok', msgpack.Timestamp(1, 1)]))"),
            # With objects on this side for each byte on that one.
            "a million empty lists": reply(
                r"frame(b'\x92\xa2ok\xdd'"
                r" + (1_000_000).to_bytes(4, 'big') + b'\x90' * 1_000_000)"
            ),
            "sixty thousand handles": reply(
                "frame(ok([handle(number) for number in range(60_000)]))"
            ),
            "eighty thousand empty arrays": reply("frame(ok([array(FLOAT64, 0)] * 80_000))"),
            # With a judge that shows names as they come.
            "a handle with a name of HTML": reply(
                "frame(ok(handle(7, b'<img src=x onerror=alert(1)>\\x1b[31m')))"
            ),
            "a handle that was never given": reply("frame(ok(handle(2**64 - 1)))"),
            "a handle that is callable in an odd way": reply("frame(ok(handle(1, b'x', 255)))"),
            "a handle with a long name": reply("frame(ok(handle(1, b'x' * 900_000)))"),
            "a refusal": reply("frame(ok(ext(4, b'<script>\\x1b]0;x\\x07' * 1000)))"),
            # With a judge that believes what it is told of an exception.
            "an exception of its own making": reply(
                "frame(pack(['raised', '<b>\\x1b[31m', 'x' * 100_000, '1_layers.ipynb, cell 1',"
                " 10**15, False]))"
            ),
            "an exception of other types": reply(
                "frame(pack(['raised', [1], {1: 2}, None, True, 'no']))"
            ),
            "an exception that says it is not there": reply(
                "frame(pack(['raised', 'NotImplementedError', '', '', 0, True]))"
            ),
            # With a judge that works on the text, after the time for the answer has been measured.
            "an exception of 60 MB": reply(
                "frame(pack(['raised', 'ValueError', text(60_000_000), '', 0, False]),"
                r" b'\t\n' * 30_000_000)"
            ),
            "a closed channel": reply("b''", "os.close(channel)", "wait"),
            "another file in place of the channel": reply("b''", "os.dup2(0, channel)", "wait"),
        },
        shows="FAIL",
    ),
    *table(
        "protocol",
        {
            # With a judge that reads what was sent before it asked.
            "answers before the questions": (
                FRAMES,
                WRONG,
                "print('attack ran')\n"
                "send(frame(ok({'outputs': [], 'success': True})) + frame(ok(handle(1))) * 5)",
            ),
            "an answer before the question": (
                FRAMES,
                WRONG,
                "threading.Timer(0.01, send, [frame(ok(handle(1)))]).start()",
            ),
            # With a judge that reads what comes between the questions.
            "a thread that answers all the time": (
                FRAMES,
                WRONG,
                """
                def flood():
                    while True:
                        send(frame(ok(6.0)))
                        time.sleep(0.0005)
                threading.Thread(target=flood, daemon=True).start()
                """,
            ),
            "a thread that reads the questions": (
                FRAMES,
                WRONG,
                """
                def read():
                    while True:
                        os.read(channel, 1 << 16)
                threading.Thread(target=read, daemon=True).start()
                """,
            ),
            # With a server whose answers are believed because it is the server.
            "another server": (
                FRAMES,
                """
                import gc
                server = next(item for item in gc.get_objects() if type(item).__name__ == "Server")
                class Everything(dict):
                    def __getitem__(self, operation):
                        return lambda *arguments: True
                server.operations = Everything()
                server.raised = lambda error: ["ok", True]
                """,
            ),
            # With an answer to the loading of a cell that the judge takes apart itself.
            "outputs that are a handle": (
                FRAMES,
                """
                class Outputs:
                    def __len__(self): return 2**62
                    def __getitem__(self, index): return {}
                import gc
                server = next(item for item in gc.get_objects() if type(item).__name__ == "Server")
                server.operations["cell"] = lambda *_: {"outputs": Outputs(), "success": True}
                """,
                WRONG,
            ),
            "a cell's answer that is a handle": (
                FRAMES,
                """
                class Answer:
                    def __getitem__(self, key): return [{}] if key == "outputs" else True
                import gc
                server = next(item for item in gc.get_objects() if type(item).__name__ == "Server")
                server.operations["cell"] = lambda *_: Answer()
                """,
                WRONG,
            ),
            # With a judge that keeps what it is given, or looks at every letter of it.
            "outputs that are long and odd": (
                FRAMES,
                """
                import gc
                server = next(item for item in gc.get_objects() if type(item).__name__ == "Server")
                odd = [{"output_type": kind, "text": "\\x1b[31m" * 1_400_000, "name": "stdout"}
                       for kind in ("stream", "error")]
                server.operations["cell"] = lambda *_: {"outputs": odd, "success": True}
                """,
                WRONG,
            ),
            "outputs of the wrong types": (
                FRAMES,
                """
                import gc
                server = next(item for item in gc.get_objects() if type(item).__name__ == "Server")
                odd = [{"output_type": kind, "text": [1], "name": {}, "data": {"text/plain": [1]},
                        "ename": [], "evalue": {}, "traceback": {"a": 1}, "metadata": 3}
                       for kind in ("stream", "display_data", "error", "pwned", 3, None, [])]
                def cell(source, label):
                    return {"outputs": [*odd, 1, None, "x", [[]], *odd], "success": "yes"}
                server.operations["cell"] = cell
                """,
                WRONG,
            ),
        },
        shows="FAIL",
        add=None,
    ),
]

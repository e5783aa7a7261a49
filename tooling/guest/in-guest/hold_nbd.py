"""Attaches an export as a block device, and again whenever a connection is lost: what -persist of nbd-client is
meant to do. The kernel is told by netlink to let requests wait for the new connection.

usage: hold_nbd.py HOST PORT EXPORT DEVICE CONNECTIONS
"""
import socket
import struct
import sys
import time

REQUEST_SECONDS = 2  # until a request whose connection is lost is sent again
DEAD_SECONDS = 60  # for which requests wait for a new connection
RETRY_SECONDS = 0.2

NETLINK_GENERIC = 16
SOL_NETLINK, NETLINK_ADD_MEMBERSHIP = 270, 1
NLM_F_REQUEST, NLM_F_ACK, NLMSG_ERROR = 1, 4, 2
NESTED = 0x8000
CONTROL, GET_FAMILY, FAMILY_ID, FAMILY_NAME, GROUPS, GROUP_ID = 16, 3, 1, 2, 7, 2
CONNECT, RECONFIGURE, LINK_DEAD = 1, 3, 4
INDEX, SIZE, BLOCK_SIZE, TIMEOUT, SERVER_FLAGS, SOCKETS, DEAD_TIMEOUT = 1, 2, 3, 4, 5, 7, 8


def attribute(kind, payload):
    length = 4 + len(payload)
    return struct.pack("=HH", length, kind) + payload + bytes(-length % 4)


def attributes(data):
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        yield kind & ~NESTED, data[4:length]
        data = data[(length + 3) & ~3 :]


class Netlink:
    def __init__(self):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC)
        self.socket.bind((0, 0))

    def send(self, family, command, body, flags=NLM_F_REQUEST):
        message = struct.pack("=BBH", command, 1, 0) + body
        header = struct.pack("=IHHII", 16 + len(message), family, flags, 1, 0)
        self.socket.send(header + message)

    def receive(self):
        """The type of a message, its command, and its attributes."""
        data = self.socket.recv(65536)
        _, kind = struct.unpack_from("=IH", data)
        if kind == NLMSG_ERROR:
            (code,) = struct.unpack_from("=i", data, 16)
            if code != 0:
                raise OSError(-code, "the kernel refuses")
            return kind, 0, []
        return kind, data[16], list(attributes(data[20:]))

    def ask(self, family, command, body):
        """Sends a command, and waits until it is acknowledged."""
        self.send(family, command, body, NLM_F_REQUEST | NLM_F_ACK)
        while self.receive()[0] != NLMSG_ERROR:
            pass


def find_family(netlink):
    """The number of the family "nbd", and of its group of listeners."""
    netlink.send(CONTROL, GET_FAMILY, attribute(FAMILY_NAME, b"nbd\0"))
    found = dict(netlink.receive()[2])
    (family,) = struct.unpack("=H", found[FAMILY_ID])
    (first,) = [dict(attributes(group)) for _, group in attributes(found[GROUPS])]
    (group,) = struct.unpack("=I", first[GROUP_ID])
    return family, group


def exactly(connection, length):
    data = connection.recv(length, socket.MSG_WAITALL)
    if len(data) != length:
        raise ConnectionError("the server has closed the connection")
    return data


def enter(host, port, export):
    """A connection that has entered the export, with its size and flags."""
    connection = socket.socket()
    connection.connect((host, port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    magic, option_magic, flags = struct.unpack(">8s8sH", exactly(connection, 18))
    if (magic, option_magic) != (b"NBDMAGIC", b"IHAVEOPT"):
        raise ConnectionError("not a server of NBD")
    connection.sendall(struct.pack(">I", flags & 3))
    name = export.encode()
    body = struct.pack(">I", len(name)) + name + struct.pack(">H", 0)
    connection.sendall(struct.pack(">8sII", b"IHAVEOPT", 7, len(body)) + body)
    size = transmission_flags = None
    while True:
        _, _, kind, length = struct.unpack(">QIII", exactly(connection, 20))
        reply = exactly(connection, length)
        if kind == 1:
            return connection, size, transmission_flags
        if kind != 3:
            raise ConnectionError(f"the server answers {kind:#x} {reply!r}")
        if reply[:2] == b"\0\0":
            size, transmission_flags = struct.unpack(">QH", reply[2:12])


def enter_at_last(*where):
    while True:
        try:
            return enter(*where)
        except OSError:
            time.sleep(RETRY_SECONDS)


def sockets(connections):
    items = [attribute(NESTED | 1, attribute(1, struct.pack("=I", c.fileno()))) for c in connections]
    return attribute(NESTED | SOCKETS, b"".join(items))


def main():
    host, port, export, device, count = sys.argv[1:]
    where = (host, int(port), export)
    index = attribute(INDEX, struct.pack("=I", int(device.removeprefix("/dev/nbd"))))
    netlink, events = Netlink(), Netlink()
    family, group = find_family(netlink)
    events.socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)
    entered = [enter(*where) for _ in range(int(count))]
    _, size, flags = entered[0]
    numbers = [(SIZE, size), (BLOCK_SIZE, 512), (SERVER_FLAGS, flags)]
    waits = [(TIMEOUT, REQUEST_SECONDS), (DEAD_TIMEOUT, DEAD_SECONDS)]
    body = b"".join(attribute(kind, struct.pack("=Q", value)) for kind, value in numbers + waits)
    netlink.ask(family, CONNECT, index + body + sockets([c for c, _, _ in entered]))
    print("attached", flush=True)
    while True:
        if events.receive()[1] != LINK_DEAD:
            continue
        print("lost", flush=True)
        connection, _, _ = enter_at_last(*where)
        netlink.ask(family, RECONFIGURE, index + sockets([connection]))
        print("attached again", flush=True)


main()

"""What docker-py sees of attach, exec, logs and cp, a line for each observation."""

import hashlib
import io
import os
import socket
import ssl
import tarfile
from urllib.parse import urlparse

import docker
import websocket

name = os.environ["name"]
api = docker.from_env(timeout=60).api


def create(suffix, command, **options):
    return api.create_container("busybox", ["sh", "-c", command], name=name + suffix, **options)["Id"]


def raw(found):
    """The socket itself, which docker-py wraps when it is not under TLS."""
    return getattr(found, "_sock", found)


def read_all(connection):
    pieces = []
    while piece := connection.recv(65536):
        pieces.append(piece)
    return b"".join(pieces)


# attach: input, both outputs, the end and the exit code.
container = create("-attach", "read line; echo got $line; echo err >&2; exit 3", stdin_open=True)
connection = raw(api.attach_socket(container, params={"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}))
api.start(container)
connection.sendall(b"hello\n")
# Two streams of one container come in either order.
print("attach", sorted(read_all(connection).splitlines()))
print("wait", api.wait(container))
print("logs", api.logs(container, stdout=True, stderr=False), api.logs(container, stdout=False, stderr=True))

# logs that follow, and cp both ways.
container = create("-logs", "for i in 1 2 3; do echo line $i; done; until [ -e /tmp/in ]; do usleep 1000; done; echo last")
api.start(container)
lines = api.logs(container, stream=True, follow=True)
text = b""
while b"line 3\n" not in text:
    text += next(lines)
blob = bytes(range(256)) * 20000
archive = io.BytesIO()
with tarfile.open(fileobj=archive, mode="w") as tar:
    info = tarfile.TarInfo("in")
    info.size = len(blob)
    tar.addfile(info, io.BytesIO(blob))
print("put", api.put_archive(container, "/tmp", archive.getvalue()))
print("follow", text + b"".join(lines))
stream, stat = api.get_archive(container, "/tmp/in")
with tarfile.open(fileobj=io.BytesIO(b"".join(stream))) as tar:
    out = tar.extractfile("in").read()
print("get", stat["name"], stat["size"], hashlib.sha256(out).hexdigest() == hashlib.sha256(blob).hexdigest())

# exec: both outputs apart, input through the socket, the exit code.
container = create("-exec", "sleep 1000")
api.start(container)
run = api.exec_create(container, ["sh", "-c", "echo out; echo err >&2; exit 4"])["Id"]
print("exec", api.exec_start(run, demux=True), api.exec_inspect(run)["ExitCode"])
run = api.exec_create(container, ["sh", "-c", "read line; echo exec got $line"], stdin=True)["Id"]
connection = raw(api.exec_start(run, socket=True))
connection.sendall(b"keys\n")
print("exec with input", read_all(connection), api.exec_inspect(run)["ExitCode"])
run = api.exec_create(container, ["tr", "a-z", "A-Z"], stdin=True, tty=True)["Id"]
connection = raw(api.exec_start(run, tty=True, socket=True))
connection.sendall(b"typed\n\x04")
print("exec on a terminal", read_all(connection))
print("exec detached", api.exec_start(api.exec_create(container, "true")["Id"], detach=True))

# attach over a websocket: text, binary, ping, close.
host = urlparse(os.environ["DOCKER_HOST"])
if host.scheme == "unix":
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(host.path)
else:
    connection = socket.create_connection((host.hostname, host.port))
if "DOCKER_CERT_PATH" in os.environ:
    certs = os.environ["DOCKER_CERT_PATH"]
    context = ssl.create_default_context(cafile=f"{certs}/ca.pem")
    context.load_cert_chain(f"{certs}/cert.pem", f"{certs}/key.pem")
    connection = context.wrap_socket(connection, server_hostname="localhost")
container = create("-ws", "stty -echo; cat", stdin_open=True, tty=True)
api.start(container)
url = f"ws://localhost/v1.41/containers/{container}/attach/ws?stream=1&stdin=1&stdout=1"
client = websocket.create_connection(url, socket=connection, origin="http://localhost", timeout=30)
seen = b""
for number, send in enumerate([client.send, client.send_binary]):
    send(f"message {number}\n".encode() if number else f"message {number}\n")
    while seen.count(f"message {number}\r\n".encode()) < 1:
        piece = client.recv()
        seen += piece.encode() if isinstance(piece, str) else piece
print("websocket", b"message 1\r\n" in seen)
client.ping("are you there")
opcode, frame = client.recv_data_frame(control_frame=True)
print("pong", opcode, frame.data)
client.close()
print("all done")

"""A client that insists on API 1.44 or newer, as the CLI does from 29 on, with nothing but sockets."""

import http.client
import io
import json
import os
import socket
import tarfile
import time
from urllib.parse import quote, urlparse

name, version = os.environ["name"], os.environ["insists"]
url = urlparse(os.environ["DOCKER_HOST"])


def connect():
    if url.scheme == "unix":
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(url.path)
    else:
        connection = socket.create_connection((url.hostname, url.port))
    connection.settimeout(60)
    return connection


def call(method, path, body=None, kind="application/json", expect=(200, 201, 204)):
    connection = http.client.HTTPConnection("localhost")
    connection.sock = connect()
    if isinstance(body, dict):
        body = json.dumps(body).encode()
    headers = {"Content-Type": kind} if body is not None else {}
    connection.request(method, "/v%s%s" % (version, path), body, headers)
    answer = connection.getresponse()
    text = answer.read()
    if answer.status not in expect:
        raise RuntimeError("%s %s: %d %s" % (method, path, answer.status, text.decode().strip()))
    return text


def ask(path):
    return json.loads(call("GET", path))


def hijack(path, body, send):
    connection = connect()
    head = "POST /v%s%s HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n" % (version, path)
    head += "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    connection.sendall(head.encode() + body)
    output = b""
    while b"\r\n\r\n" not in output:
        piece = connection.recv(65536)
        if not piece:
            raise RuntimeError("no head: %r" % output)
        output += piece
    head, rest = output.split(b"\r\n\r\n", 1)
    if not head.startswith(b"HTTP/1.1 101 "):
        raise RuntimeError(head.decode())
    return connection, head, rest


def read_all(connection, output):
    while True:
        piece = connection.recv(65536)
        if not piece:
            return output
        output += piece


def step(word, run):
    try:
        print("%s: %s" % (word, run()))
    except Exception as error:
        print("%s: failed: %s: %s" % (word, type(error).__name__, str(error).replace("\n", " ")))


def negotiated():
    connection = http.client.HTTPConnection("localhost")
    connection.sock = connect()
    connection.request("HEAD", "/_ping")
    answer = connection.getresponse()
    answer.read()
    newest = answer.headers["Api-Version"]
    if int(newest.split(".")[1]) < 44:
        raise RuntimeError("client version %s is too new. Maximum supported API version is %s" % (version, newest))
    said = ask("/version")
    return said["Os"] if said["ApiVersion"] == newest else "two versions: %s and %s" % (said["ApiVersion"], newest)


def image():
    if os.environ.get("pull"):
        call("POST", "/images/create?fromImage=busybox&tag=latest")
    else:
        layer = io.BytesIO()
        with tarfile.open(fileobj=layer, mode="w") as tar:
            tar.addfile(tarfile.TarInfo("file"))
        call("POST", "/images/create?fromSrc=-&repo=" + name, layer.getvalue(), "application/x-tar")
    filters = quote(json.dumps({"reference": {"busybox": True}}))
    images = ask("/images/json?filters=" + filters)
    if any("VirtualSize" in one for one in images):
        return "VirtualSize is gone since 1.44"
    return "there" if images else "missing"


def listed(part):
    filters = quote(json.dumps({"name": {part: True}}))
    return len(ask("/containers/json?all=1&filters=" + filters))


def create():
    command = ["sh", "-c", "read line; echo got $line; exit 3"]
    body = {"Image": "busybox", "Cmd": command, "OpenStdin": True, "StdinOnce": True, "HostConfig": {}}
    call("POST", "/containers/create?platform=&name=" + name, body)
    return listed(name)


def attach():
    """In the order of the CLI: attach, wait for its head, start, and only then the code."""
    connection, _, output = hijack("/containers/%s/attach?stream=1&stdin=1&stdout=1&stderr=1" % name, b"", b"")
    waiting = http.client.HTTPConnection("localhost")
    waiting.sock = connect()
    waiting.request("POST", "/v%s/containers/%s/wait?condition=next-exit" % (version, name))
    code = waiting.getresponse()
    call("POST", "/containers/%s/start" % name)
    connection.sendall(b"hello\n")
    connection.shutdown(socket.SHUT_WR)
    output = read_all(connection, output)
    return "%s\nexit code %s" % (output[8:].decode().strip(), json.loads(code.read())["StatusCode"])


def wait():
    return json.loads(call("POST", "/containers/%s/wait?condition=not-running" % name))["StatusCode"]


def inspect():
    said = ask("/containers/%s/json" % name)
    state, config = said["State"], said["Config"]
    return "%s %s %s" % (state["ExitCode"], str(state["Running"]).lower(), str(config["OpenStdin"]).lower())


def run():
    body = {"Image": "busybox", "Cmd": ["sleep", "1000"], "HostConfig": {"NetworkMode": "default"}}
    call("POST", "/containers/create?name=%s-run" % name, body)
    call("POST", "/containers/%s-run/start" % name)
    return listed(name + "-run")


def execute():
    body = {"Cmd": ["sh", "-c", "echo in exec; exit 4"], "AttachStdout": True, "AttachStderr": True}
    made = json.loads(call("POST", "/containers/%s-run/exec" % name, body))["Id"]
    connection, _, output = hijack("/exec/%s/start" % made, b'{"Detach":false,"Tty":false}', b"")
    output = read_all(connection, output)
    return "%s\nexit code %s" % (output[8:].decode().strip(), ask("/exec/%s/json" % made)["ExitCode"])


def copy():
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        info = tarfile.TarInfo("file")
        info.size = 7
        tar.addfile(info, io.BytesIO(b"content"))
    call("PUT", "/containers/%s-run/archive?path=/tmp" % name, packed.getvalue(), "application/x-tar")
    archive = call("GET", "/containers/%s-run/archive?path=/tmp/file" % name)
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return tar.extractfile("file").read().decode()


def stats():
    said = json.loads(call("GET", "/containers/%s-run/stats?stream=0&one-shot=1" % name))
    return "it-run" if said["memory_stats"] and "cpu_stats" in said else "nothing"


def events():
    filters = quote(json.dumps({"container": {name: True}, "type": {"container": True}}))
    text = call("GET", "/events?since=%d&until=%d&filters=%s" % (began, time.time() + 2, filters))
    seen = [json.loads(line)["Action"] for line in text.decode().splitlines() if line]
    return "".join(word + " " for word in ("create", "start", "die") if word in seen)


def networks():
    call("POST", "/networks/create", {"Name": name + "-net"})
    said = ask("/networks/%s-net?scope=local" % name)["Name"]
    call("DELETE", "/networks/%s-net" % name)
    return said.replace(name, "it")


def volumes():
    call("POST", "/volumes/create", {"Name": name + "-vol"})
    said = ask("/volumes/%s-vol" % name)["Name"].replace(name, "it")
    mount = {"Type": "volume", "Source": name + "-vol", "Target": "/data"}
    command = ["sh", "-c", "echo kept >/data/file; cat /data/file"]
    body = {"Image": "busybox", "Cmd": command, "HostConfig": {"Mounts": [mount]}}
    made = json.loads(call("POST", "/containers/create?name=%s-data" % name, body))["Id"]
    call("POST", "/containers/%s/start" % made)
    call("POST", "/containers/%s/wait" % made)
    kept = call("GET", "/containers/%s/logs?stdout=1" % made)[8:].decode().strip()
    call("DELETE", "/containers/" + made)
    call("DELETE", "/volumes/%s-vol" % name)
    return "%s\n%s" % (said, kept)


def remove():
    call("POST", "/containers/%s-run/kill" % name)
    call("DELETE", "/containers/" + name)
    call("DELETE", "/containers/%s-run?force=1" % name)
    return listed(name)


began = int(time.time())
step("version", negotiated)
step("info", lambda: ask("/info")["OSType"])
step("image", image)
step("create", create)
step("attach", attach)
step("wait", wait)
step("logs", lambda: call("GET", "/containers/%s/logs?stdout=1" % name)[8:].decode().strip())
step("inspect", inspect)
step("run", run)
step("exec", execute)
step("cp", copy)
step("stats", stats)
step("events", events)
step("networks", networks)
step("volumes", volumes)
step("rm", remove)

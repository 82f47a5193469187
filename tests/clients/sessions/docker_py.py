"""The same session with docker-py of any release: 1.2 to 7."""

import io
import json
import os
import tarfile
import time

import docker

name = os.environ["name"]
options = {"version": os.environ["insists"]} if os.environ.get("insists") else {}
Client = getattr(docker, "APIClient", None) or docker.Client
api = Client(base_url=os.environ["DOCKER_HOST"], timeout=60, **options)


class Unknown(Exception):
    """This release has no such method."""


def method(word):
    found = getattr(api, word, None)
    if found is None:
        raise Unknown("docker-py has no " + word)
    return found


def raw(found):
    return getattr(found, "_sock", found)


def step(word, run):
    try:
        print("%s: %s" % (word, run()))
    except Exception as error:
        print("%s: failed: %s: %s" % (word, type(error).__name__, str(error).replace("\n", " ")))


def image():
    if os.environ.get("pull"):
        api.pull("busybox", tag="latest")
    else:
        layer = io.BytesIO()
        with tarfile.open(fileobj=layer, mode="w") as tar:
            tar.addfile(tarfile.TarInfo("file"))
        api.import_image_from_data(layer.getvalue(), repository=name)
    return "there" if api.images("busybox") else "missing"


def code_of(said):
    return said["StatusCode"] if isinstance(said, dict) else said


def listed():
    return len([one for one in api.containers(all=True) if any(name in own for own in one["Names"])])


def create():
    command = ["sh", "-c", "read line; echo got $line; exit 3"]
    api.create_container("busybox", command, name=name, stdin_open=True)
    return listed()


def text(output):
    return output.decode() if isinstance(output, bytes) else b"".join(output).decode()


def attach():
    # Whoever drops what it gives closes the socket in old releases.
    found = api.attach_socket(name, params={"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1})
    connection = raw(found)
    api.start(name)
    connection.sendall(b"hello\n")
    output = b""
    while True:
        piece = connection.recv(65536)
        if not piece:
            break
        output += piece
    # A frame has a head of eight bytes.
    return "%s\nexit code %s" % (output[8:].decode().strip(), code_of(api.wait(name)))


def inspect():
    said = api.inspect_container(name)
    state, config = said["State"], said["Config"]
    return "%s %s %s" % (state["ExitCode"], str(state["Running"]).lower(), str(config["OpenStdin"]).lower())


def run():
    api.create_container("busybox", ["sleep", "1000"], name=name + "-run")
    api.start(name + "-run")
    return len([one for one in api.containers() if any(name + "-run" in own for own in one["Names"])])


def execute():
    # Below its 2.0 it loses what comes in one segment with the head.
    made = api.exec_create(name + "-run", ["sh", "-c", "sleep 1; echo in exec; exit 4"])["Id"]
    output = api.exec_start(made).decode().strip()
    return "%s\nexit code %s" % (output, api.exec_inspect(made)["ExitCode"])


def copy():
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        info = tarfile.TarInfo("file")
        info.size = 7
        tar.addfile(info, io.BytesIO(b"content"))
    if hasattr(api, "put_archive"):
        api.put_archive(name + "-run", "/tmp", packed.getvalue())
        stream, _ = api.get_archive(name + "-run", "/tmp/file")
        archive = b"".join(stream)
    else:
        made = api.exec_create(name + "-run", ["sh", "-c", "echo -n content >/tmp/file"])["Id"]
        api.exec_start(made)
        archive = api.copy(name + "-run", "/tmp/file").read()
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return tar.extractfile("file").read().decode()


def stats():
    first = next(iter(api.stats(name + "-run")))
    said = json.loads(first.decode() if isinstance(first, bytes) else first)
    return "it-run" if said["memory_stats"] else "nothing"


def events():
    seen = []
    only = {"container": [name]}
    for event in api.events(since=began, until=int(time.time()) + 2, filters=only, decode=True):
        seen.append(event.get("status"))
    return "".join(word + " " for word in ("create", "start", "die") if word in seen)


def networks():
    method("create_network")(name + "-net")
    said = api.inspect_network(name + "-net")["Name"]
    api.remove_network(name + "-net")
    return said.replace(name, "it")


def volumes():
    method("create_volume")(name + "-vol")
    said = api.inspect_volume(name + "-vol")["Name"].replace(name, "it")
    bind = api.create_host_config(binds=[name + "-vol:/data"])
    command = ["sh", "-c", "echo kept >/data/file; cat /data/file"]
    made = api.create_container("busybox", command, name=name + "-data", host_config=bind)["Id"]
    api.start(made)
    api.wait(made)
    kept = text(api.logs(made)).strip()
    api.remove_container(made)
    api.remove_volume(name + "-vol")
    return "%s\n%s" % (said, kept)


def remove():
    api.kill(name + "-run")
    api.remove_container(name)
    api.remove_container(name + "-run", force=True)
    return listed()


began = int(time.time())
step("version", lambda: api.version()["Os"])
step("info", lambda: api.info().get("OSType", "linux"))
step("image", image)
step("create", create)
step("attach", attach)
step("wait", lambda: code_of(api.wait(name)))
step("logs", lambda: text(api.logs(name)).strip())
step("inspect", inspect)
step("run", run)
step("exec", execute)
step("cp", copy)
step("stats", stats)
step("events", events)
step("networks", networks)
step("volumes", volumes)
step("rm", remove)

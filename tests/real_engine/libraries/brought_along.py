"""What testcontainers for Python does for a test, and what it must not get."""

import io
import os
import tarfile

os.environ["TESTCONTAINERS_RYUK_DISABLED"] = "true"

import docker.errors
from testcontainers.core.container import DockerContainer
from testcontainers.core.network import Network
from testcontainers.core.waiting_utils import wait_for_logs

SERVE = "sh -c 'mkdir /www; echo hello >/www/index.html; echo ready; exec httpd -f -p 8080 -h /www'"

with Network() as network:
    server = DockerContainer("busybox").with_command(SERVE).with_exposed_ports(8080).with_env("A", "b")
    with server.with_network(network).with_network_aliases("web") as web:
        wait_for_logs(web, "ready", timeout=30)
        assert int(web.get_exposed_port(8080)) > 1024
        print("exec", web.exec("cat /www/index.html"))
        print("logs", web.get_logs())
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            entry = tarfile.TarInfo("in")
            entry.size = 2
            tar.addfile(entry, io.BytesIO(b"in"))
        assert web.get_wrapped_container().put_archive("/tmp", archive.getvalue())
        pieces, _ = web.get_wrapped_container().get_archive("/tmp/in")
        print("archive", len(b"".join(pieces)) > 512)
        client = DockerContainer("busybox").with_command("wget -q -O - http://web:8080/")
        with client.with_network(network) as other:
            print("wait", other.get_wrapped_container().wait()["StatusCode"], other.get_logs()[0])

for forbidden in [
    lambda: DockerContainer("busybox").with_volume_mapping("/var/run/docker.sock", "/var/run/docker.sock", "rw"),
    lambda: DockerContainer("busybox").with_volume_mapping("/", "/host"),
    lambda: DockerContainer("busybox").with_bind_ports(80, 8080),
    lambda: DockerContainer("busybox").with_kwargs(privileged=True),
    lambda: DockerContainer("busybox").with_kwargs(network_mode="host"),
]:
    try:
        forbidden().start()
    except docker.errors.APIError as error:
        assert error.status_code == 403, error
        assert "does not allow this" in error.explanation, error
    else:
        raise SystemExit("a forbidden container was started")

print("all done")

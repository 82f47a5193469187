"""A test of somebody's, with testcontainers: a container that lives as long as the test."""

import os

os.environ["TESTCONTAINERS_RYUK_DISABLED"] = "true"

from testcontainers.core.container import DockerContainer


def step(word, run):
    try:
        print("%s: %s" % (word, run()))
    except Exception as error:
        print("%s: failed: %s: %s" % (word, type(error).__name__, str(error).replace("\n", " ")))


container = DockerContainer("busybox").with_name(os.environ["name"]).with_command("sh -c 'echo ready; sleep 1000'")
container.with_env("WORD", "given")


def status():
    wrapped = container.get_wrapped_container()
    wrapped.reload()
    return wrapped.status


def logs():
    while True:
        out, _ = container.get_logs()
        if out:
            return out.decode().strip()


def execute():
    # Not at once: docker-py may lose what comes in one segment with the head of the answer.
    code, output = container.exec(["sh", "-c", "sleep 1; echo $WORD; exit 4"])
    return "%s\nexit code %s" % (output.decode().strip(), code)


def stop():
    container.stop()
    client = container.get_docker_client().client
    return len(client.containers.list(all=True, filters={"name": os.environ["name"]}))


step("start", lambda: type(container.start()).__name__)
step("status", status)
step("logs", logs)
step("exec", execute)
step("stop", stop)

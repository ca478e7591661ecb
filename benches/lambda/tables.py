"""The program `tables`: DynamoDB over a ledger in which many people already did something."""

import argparse
import http.client
import json
import os
import subprocess
import time
from pathlib import Path

import functions
from aws import Aws
from measured import Measured
from runtime import now


def program(text):
    """An argument that names a program."""
    if not (Path(text).is_file() and os.access(text, os.X_OK)):
        raise argparse.ArgumentTypeError(f"`{text}` is not a program")
    return Path(text).resolve()


class Tables:
    def __init__(self, path, **options):
        arguments = [text for name, value in options.items() for text in (f"--{name}", str(value))]
        self.process = subprocess.Popen([path, *arguments], stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()
        if not self.url:
            raise SystemExit(f"{path} ended with {self.process.wait()}")
        self.address = self.url.removeprefix("http://")
        self.connection = self.connect()

    def connect(self):
        return http.client.HTTPConnection(self.address)

    def get(self, path, connection=None):
        connection = connection or self.connection
        connection.request("GET", path)
        return json.loads(connection.getresponse().read())

    def calls(self):
        """Returns the calls since the last time, in seconds of `now`."""
        offset = time.time() - now()
        return [(begin / 1e9 - offset, end / 1e9 - offset, *what) for begin, end, *what in self.get("/calls")]

    def objects(self):
        """The content of the bucket: policy and rosters."""
        rosters = {key: text.encode() for key, text in self.get("/rosters")}
        return {"policy/rolewatch.yaml": self.get("/policy").encode()} | rosters

    def stop(self):
        self.process.kill()
        self.process.wait()


class Company:
    """The tables, the other services, and switch-guard's environment.

    `certificate`: speak TLS. The tables then are behind the other services, which takes the measurement more
    time and the function none.
    """

    def __init__(self, program, path, certificate=None, **options):
        self.path = path
        self.tables = Tables(program, **options)
        self.certificate = certificate
        self.aws = Aws(self.tables.objects(), tables=self.tables.address if certificate else None)
        if certificate:
            self.aws.encrypt(certificate)
        self.aws.start()

    def start(self, alone=True):
        """Starts an execution environment of switch-guard. `alone`: notes its calls."""
        self.tables.get(f"/noting/{int(alone)}")
        self.tables.calls()
        if self.certificate:
            environment = functions.environment(f"https://127.0.0.1:{self.aws.port}", "") | {"SSL_CERT_FILE": str(self.certificate / "bundle.pem")}
        else:
            environment = functions.environment(f"http://127.0.0.1:{self.aws.port}", "") | {"AWS_ENDPOINT_URL_DYNAMODB": self.tables.url}
        return Measured("switch-guard", self.path, environment, self.calls_between if alone else lambda *_: [])

    def calls_between(self, start, end):
        """Takes the calls since the last time."""
        direct = self.tables.calls()
        return ([] if self.certificate else direct) + self.aws.calls_between(start, end)

    def switch(self, who, number, connection=None):
        """Returns the two records of a new switch, as messages of the queue."""
        return [json.dumps(event) for event in self.tables.get(f"/switch/{who}/{number}", connection)]

    def stop(self):
        self.aws.stop()
        self.tables.stop()

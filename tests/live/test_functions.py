"""Proves that functions on the emulator run as on Lambda: a busy one finishes its work before it is updated, and
everything that it writes is in its log.
"""

import io
import json
import tempfile
import threading
import unittest
import zipfile
from pathlib import Path
from typing import Any

from rolewatch_live.accounts import HUB, Accounts
from rolewatch_live.emulator import Emulator
from rolewatch_live.waiting import until

SLOW = """
import pathlib, time
def handler(event, context):
    pathlib.Path(event["began"]).touch()
    time.sleep(1.5)
    return "done"
"""

# Writes more than a pipe holds, and in the end half a line.
TALKATIVE = """#!/usr/bin/env python3
import os, urllib.request
calls = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/invocation/"
while True:
    with urllib.request.urlopen(calls + "next") as call:
        name = call.headers["Lambda-Runtime-Aws-Request-Id"]
    for number in range(3_000):
        os.write(1, b"line %04d of a function that has a lot to say\\n" % number)
    os.write(1, b"the end")
    urllib.request.urlopen(calls + name + "/response", data=b'"done"').close()
"""


def package(code: str, name: str = "slow.py") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = 0o755 << 16
        archive.writestr(entry, code)
    return packed.getvalue()


def role(accounts: Accounts) -> str:
    """Creates a role that functions may have."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    made = accounts.client("iam").create_role(RoleName="function", AssumeRolePolicyDocument=document)
    return str(made["Role"]["Arn"])


class AFunction(unittest.TestCase):
    def test_finishes_what_it_is_doing_when_it_is_updated(self) -> None:
        folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="rolewatch-functions-")))
        emulator = self.enterContext(Emulator(folder, HUB))
        accounts = Accounts(emulator.endpoint)
        client = accounts.client("lambda")
        client.create_function(
            FunctionName="slow",
            Runtime="python3.11",
            Handler="slow.handler",
            Role=role(accounts),
            Code={"ZipFile": package(SLOW)},
        )
        client.get_waiter("function_active_v2").wait(FunctionName="slow", WaiterConfig={"Delay": 1})
        answers: list[Any] = []
        began = folder / "began"
        given = json.dumps({"began": str(began)}).encode()

        def call() -> None:
            answers.append(
                json.loads(client.invoke(FunctionName="slow", Payload=given)["Payload"].read())
            )

        caller = threading.Thread(target=call)
        caller.start()
        until("its beginning", began.exists)
        changes = accounts.signed("lambda", HUB, "test")
        changes.update_function_configuration(FunctionName="slow", MemorySize=512)
        changes.get_waiter("function_updated_v2").wait(
            FunctionName="slow", WaiterConfig={"Delay": 1}
        )
        changes.update_function_code(
            FunctionName="slow", ZipFile=package(SLOW.replace("done", "changed"))
        )
        caller.join()
        self.assertEqual(answers, ["done"])
        changes.get_waiter("function_updated_v2").wait(
            FunctionName="slow", WaiterConfig={"Delay": 1}
        )
        call()
        self.assertEqual(answers[1], "changed")

    def test_has_everything_in_its_log_when_it_has_answered(self) -> None:
        folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="rolewatch-functions-")))
        emulator = self.enterContext(Emulator(folder, HUB))
        accounts = Accounts(emulator.endpoint)
        client = accounts.client("lambda")
        client.create_function(
            FunctionName="talkative",
            Runtime="provided.al2023",
            Handler="bootstrap",
            Role=role(accounts),
            Code={"ZipFile": package(TALKATIVE, "bootstrap")},
        )
        client.get_waiter("function_active_v2").wait(FunctionName="talkative", WaiterConfig={"Delay": 1})
        for calls in (1, 2):
            answer = client.invoke(FunctionName="talkative", Payload=b"{}")["Payload"].read()
            self.assertEqual(json.loads(answer), "done")
            logs = accounts.client("logs").get_paginator("filter_log_events")
            pages = logs.paginate(logGroupName="/aws/lambda/talkative")
            text = "\n".join(event["message"] for page in pages for event in page["events"])
            self.assertEqual((text.count("a lot to say"), text.count("the end")), (3_000 * calls, calls))


if __name__ == "__main__":
    unittest.main()

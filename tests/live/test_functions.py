"""Proves that functions on the emulator are updated as on Lambda: a busy one finishes its work first."""

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


def package(code: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("slow.py", code)
    return packed.getvalue()


class AFunction(unittest.TestCase):
    def test_finishes_what_it_is_doing_when_it_is_updated(self) -> None:
        folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="rolewatch-functions-")))
        emulator = self.enterContext(Emulator(folder, HUB))
        accounts = Accounts(emulator.endpoint)
        trust = {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        role = accounts.client("iam").create_role(
            RoleName="slow", AssumeRolePolicyDocument=document
        )["Role"]["Arn"]
        client = accounts.client("lambda")
        client.create_function(
            FunctionName="slow",
            Runtime="python3.11",
            Handler="slow.handler",
            Role=role,
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


if __name__ == "__main__":
    unittest.main()

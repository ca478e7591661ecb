"""Drives a headless Chromium through its DevTools pipe, with Python's standard library alone."""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


class NoBrowser(Exception):
    """There is no Chromium on this machine, or it doesn't start."""


class BrowserFault(Exception):
    """The browser answered with an error, or not in time."""


def find():
    """The browser's path: `CHROMIUM`, else the first known name on the path."""
    asked = os.environ.get("CHROMIUM")
    for name in [asked] if asked else NAMES:
        path = shutil.which(name)
        if path:
            return path
    raise NoBrowser(f"found none of {', '.join([asked] if asked else NAMES)}")


class Browser:
    """One page in a browser without a network."""

    def __init__(self, seconds=60):
        self.seconds = seconds
        self.profile = tempfile.mkdtemp(prefix="rolewatch-chromium-")
        to_browser, ours_out = os.pipe()
        ours_in, from_browser = os.pipe()
        self.out, self.into = ours_out, ours_in
        self.buffer = b""
        self.last = 0
        self.events = []
        self.process = subprocess.Popen(
            [
                # The browser reads from descriptor 3 and writes to 4.
                "sh", "-c", f'exec "$0" "$@" 3<&{to_browser} 4>&{from_browser}',
                find(), "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu",
                "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
                "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND",
                f"--user-data-dir={self.profile}",
            ],
            pass_fds=(to_browser, from_browser),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self.session = None
        try:
            target = self.call("Target.createTarget", url="about:blank")["targetId"]
            attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
            self.session = attached["sessionId"]
            for domain in ("Page", "Log", "Runtime", "Network"):
                self.call(f"{domain}.enable")
        except (BrowserFault, OSError) as fault:
            self.close()
            raise NoBrowser(f"{find()} doesn't start: {fault}") from fault

    def close(self):
        self.process.kill()
        self.process.wait()
        for descriptor in (self.out, self.into):
            os.close(descriptor)
        shutil.rmtree(self.profile, ignore_errors=True)

    def call(self, method, **parameters):
        """Sends a command and returns its result. Events on the way are kept in `events`."""
        self.last += 1
        message = {"id": self.last, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.out, data):]
        while True:
            answer = self.receive()
            if answer.get("id") != self.last:
                self.events.append(answer)
                continue
            if "error" in answer:
                raise BrowserFault(f"{method}: {answer['error']}")
            return answer["result"]

    def receive(self):
        end = time.monotonic() + self.seconds
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.into], [], [], max(0, end - time.monotonic()))
            if not ready:
                raise BrowserFault(f"no answer within {self.seconds} s")
            piece = os.read(self.into, 1 << 16)
            if not piece:
                raise BrowserFault("the browser ended")
            self.buffer += piece
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def open(self, path, width, height=900, dark=False):
        """Opens a file and waits until it is loaded."""
        scheme = "dark" if dark else "light"
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.call("Emulation.setEmulatedMedia", features=[feature])
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=False,
        )
        self.events.clear()
        self.call("Page.navigate", url=f"file://{os.path.abspath(path)}")
        end = time.monotonic() + self.seconds
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            if time.monotonic() > end:
                raise BrowserFault("the page doesn't finish loading")
            self.events.append(self.receive())

    def evaluate(self, expression):
        """The value of an expression in the page, by the browser itself: the page runs no scripts."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            raise BrowserFault(answer["exceptionDetails"].get("text"))
        return answer["result"].get("value")

    def screenshot(self, path, whole=False):
        picture = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        with open(path, "wb") as file:
            file.write(base64.b64decode(picture["data"]))

    def pdf(self):
        return base64.b64decode(self.call("Page.printToPDF", printBackground=True)["data"])

    def complaints(self):
        """What the browser logged about the page: errors, violations of the policy, failed loads."""
        found = []
        for event in self.events:
            method, parameters = event.get("method"), event.get("params", {})
            if method == "Log.entryAdded":
                found.append(parameters["entry"]["text"])
            elif method == "Runtime.exceptionThrown":
                found.append(parameters["exceptionDetails"]["text"])
            elif method == "Runtime.consoleAPICalled":
                found.append(str(parameters.get("args")))
        return found

    def requests(self):
        """The addresses that the page asked for."""
        sent = (event for event in self.events if event.get("method") == "Network.requestWillBeSent")
        return [event["params"]["request"]["url"] for event in sent]

    def tree(self):
        """The nodes of the accessibility tree that assistive programs see: role and name."""
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        seen = (node for node in nodes if not node.get("ignored"))
        return [
            (node.get("role", {}).get("value"), node.get("name", {}).get("value", ""))
            for node in seen
        ]

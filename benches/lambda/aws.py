"""Plays the AWS services that the functions call, on this machine.

Tables and objects are in memory. Every other call gets a plausible reply. This isn't an emulator: it knows
only the requests that this project sends, and answers 400 to any other. So a wrong request makes the
measurement fail instead of falsifying it.
"""

import functools
import hashlib
import http.client
import http.server
import json
import ssl
import subprocess
import sys
import threading
import urllib.parse
from datetime import datetime, timedelta, timezone
from pathlib import Path

from runtime import LoopbackServer, now

TABLE_CALLS = {"Query", "PutItem", "BatchWriteItem"}


class Aws(LoopbackServer):
    """`objects`: the content of the bucket, by key. `secret`: the only secret. `tables`: the address of other
    tables than those here. `busy`: the start and end of each request, what it was, and how many rows it read and
    wrote.
    """

    def __init__(self, objects=None, tables=None):
        super().__init__(Handler)
        self.objects = dict(objects or {})
        self.secret = ""
        self.behind = tables
        self.tables = {}
        self.busy = []
        self.lock = threading.Lock()

    def slack(self):
        """Starts Slack at another address, and makes a webhook there the secret."""
        other = Aws()
        other.busy, other.lock = self.busy, self.lock
        other.start()
        self.secret = f"http://127.0.0.1:{other.port}/services/T000EXAMPLE/B000EXAMPLE/EXAMPLE"
        return other

    def encrypt(self, certificate):
        """Speaks TLS. Must come before `start`."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate / "server.pem", certificate / "server.key")
        self.socket = context.wrap_socket(self.socket, server_side=True)

    def calls_between(self, start, end):
        with self.lock:
            return [call for call in self.busy if call[0] < end and call[1] > start]


def waited(calls, start, end):
    """Returns the seconds between the two times in which at least one request was in progress."""
    total, reached = 0.0, start
    for begin, done, *_ in sorted(calls):
        begin, done = max(begin, reached), min(done, end)
        if done > begin:
            total, reached = total + done - begin, done
    return total


class Refused(Exception):
    """An error reply: status and error code."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    rbufsize = 64 * 1024

    def handle_one(self):
        start = now()
        body = self.body()
        what, self.rows_read, self.rows_written = "unknown", 0, 0
        try:
            what, status, headers, reply = self.answer(body)
        except Refused as refused:
            status, code = refused.args
            headers = {"content-type": "application/x-amz-json-1.0"}
            reply = json.dumps({"__type": f"com.amazonaws#{code}", "message": code}).encode()
            what = code
        lines = [f"HTTP/1.1 {status} x", f"content-length: {len(reply)}", *(f"{name}: {value}" for name, value in headers.items())]
        self.wfile.write("\r\n".join(lines).encode() + b"\r\n\r\n" + (b"" if self.command == "HEAD" else reply))
        with self.server.lock:
            self.server.busy.append((start, now(), what, self.rows_read, self.rows_written))

    do_GET = do_PUT = do_POST = do_HEAD = handle_one

    def body(self):
        if self.headers.get("transfer-encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("content-length", 0)))
        whole = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            whole += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return whole

    def answer(self, body):
        if target := self.headers.get("x-amz-target"):
            operation = target.rsplit(".", 1)[-1]
            if self.server.behind and operation in TABLE_CALLS:
                return self.pass_on(operation, target, body)
            reply = self.json_call(operation, json.loads(body or b"{}"))
            return operation, 200, {"content-type": "application/x-amz-json-1.0"}, json.dumps(reply).encode()
        if self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            form = dict(urllib.parse.parse_qsl(body.decode()))
            return form.get("Action", "?"), 200, {"content-type": "text/xml"}, query_call(form).encode()
        if "authorization" in self.headers and "aws4" in self.headers["authorization"].lower():
            return self.bucket_call(body)
        return self.slack_call()

    def pass_on(self, operation, target, body):
        if not hasattr(self, "tables"):
            self.tables = http.client.HTTPConnection(self.server.behind)
        self.tables.request("POST", "/", body, {"x-amz-target": target})
        response = self.tables.getresponse()
        self.rows_read, self.rows_written = (int(text) for text in response.headers["x-rows"].split())
        return operation, response.status, {"content-type": "application/x-amz-json-1.0"}, response.read()

    def json_call(self, operation, request):
        match operation:
            case "Query":
                return self.query(request)
            case "PutItem":
                return self.put_item(request)
            case "BatchWriteItem":
                return self.batch_write_item(request)
            case "SendMessage":
                text = request["MessageBody"].encode()
                return {"MessageId": "5fea7756-0ea4-451a-a703-a558b933e274", "MD5OfMessageBody": hashlib.md5(text).hexdigest()}
            case "GetSecretValue":
                return {"ARN": request["SecretId"], "Name": "slack", "VersionId": "EXAMPLE", "SecretString": self.server.secret}
            case "GetParameter":
                return {"Parameter": {"Name": request["Name"], "Type": "SecureString", "Value": self.server.secret, "Version": 1}}
        raise Refused(400, "UnknownOperationException")

    def rows(self, request, key):
        return self.server.tables.setdefault((request["TableName"], key), {})

    def query(self, request):
        values = {name: list(value.values())[0] for name, value in request["ExpressionAttributeValues"].items()}
        with self.server.lock:
            rows = self.rows(request, values[":pk"])
            first, last = values.get(":from", ""), values.get(":to", "\U0010ffff")
            keys = [sk for sk in sorted(rows, reverse=not request.get("ScanIndexForward", True)) if first <= sk <= last]
            if after := request.get("ExclusiveStartKey"):
                keys = keys[keys.index(after["sk"]["S"]) + 1 :]
            given = keys[: request.get("Limit")]
            found = [rows[sk] for sk in given]
        more = {"LastEvaluatedKey": {"pk": {"S": values[":pk"]}, "sk": {"S": given[-1]}}} if len(given) < len(keys) else {}
        return {"Items": found, "Count": len(found), "ScannedCount": len(found), **more}

    def put_item(self, request):
        item = request["Item"]
        wanted = {name: list(value.values())[0] for name, value in request.get("ExpressionAttributeValues", {}).items()}.get(":it")
        with self.server.lock:
            rows = self.rows(request, item["pk"]["S"])
            there = rows.get(item["sk"]["S"])
            if not holds(request.get("ConditionExpression", ""), there, wanted):
                raise Refused(400, "ConditionalCheckFailedException")
            rows[item["sk"]["S"]] = item
        return {}

    def batch_write_item(self, request):
        for table, writes in request["RequestItems"].items():
            for write in writes:
                self.put_item({"TableName": table, "Item": write["PutRequest"]["Item"]})
        return {"UnprocessedItems": {}}

    def bucket_call(self, body):
        where = urllib.parse.urlsplit(self.path)
        asked = dict(urllib.parse.parse_qsl(where.query, keep_blank_values=True))
        # The path contains the bucket, because the host is an IP address.
        key = urllib.parse.unquote(where.path).lstrip("/").partition("/")[2]
        if self.command == "PUT":
            self.server.objects[key] = body
            return "PutObject", 200, {"etag": etag(body)}, b""
        if not key:
            keys = sorted(key for key in self.server.objects if key.startswith(asked.get("prefix", "")))
            return "ListObjectsV2", 200, {"content-type": "application/xml"}, listing(keys, self.server.objects).encode()
        if key not in self.server.objects:
            return "GetObject", 404, {"content-type": "application/xml"}, b"<Error><Code>NoSuchKey</Code><Message>none</Message></Error>"
        content = self.server.objects[key]
        headers = {"etag": etag(content), "last-modified": "Mon, 02 Mar 2026 00:00:00 GMT", "content-type": "application/octet-stream"}
        if self.headers.get("if-none-match") == headers["etag"]:
            return "GetObject", 304, headers, b""
        return "GetObject", 200, headers, content

    def slack_call(self):
        if "/api/" in self.path:
            return "Slack", 200, {"content-type": "application/json"}, b'{"ok": true, "channel": "C000EXAMPLE", "ts": "1772442300.000100"}'
        return "Slack", 200, {"content-type": "text/plain"}, b"ok"

    def log_message(self, *_):
        """The default would print a line per request."""


def holds(condition, there, wanted):
    """The conditions with which this project writes items."""
    if not condition or there is None:
        return "#version" not in condition
    if "#version = :it" in condition:
        return there["version"]["N"] == wanted
    rank = there["rank"]["S"]
    return ("#rank > :it" in condition and rank > wanted) or ("#rank < :it" in condition and rank < wanted)


def query_call(form):
    """Answers for STS, IAM and SNS, which use XML."""
    action = form.get("Action", "?")
    match action:
        case "Publish":
            result = "<MessageId>567910cd-659e-55d4-8ccb-5aaf14679dc0</MessageId>"
        case "AssumeRole":
            until = f"{datetime.now(timezone.utc) + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
            keys = "".join(f"<{name}>EXAMPLE</{name}>" for name in ("AccessKeyId", "SecretAccessKey", "SessionToken"))
            who = f"<AssumedRoleId>AROAEXAMPLE:rolewatch</AssumedRoleId><Arn>{form['RoleArn']}</Arn>"
            result = f"<Credentials>{keys}<Expiration>{until}</Expiration></Credentials><AssumedRoleUser>{who}</AssumedRoleUser>"
        case "ListGroupsForUser":
            result = "<IsTruncated>false</IsTruncated><Groups/>"
        case _:
            raise Refused(400, "InvalidAction")
    return (
        f"<{action}Response><{action}Result>{result}</{action}Result>"
        f"<ResponseMetadata><RequestId>d74b8436-ae13-5ab4-a9ff-ce54dfea72a0</RequestId></ResponseMetadata></{action}Response>"
    )


@functools.lru_cache(maxsize=1_000)
def etag(content):
    return f'"{hashlib.md5(content).hexdigest()}"'


def listing(keys, objects):
    entries = "".join(f"<Contents><Key>{key}</Key><ETag>{etag(objects[key])}</ETag><Size>{len(objects[key])}</Size></Contents>" for key in keys)
    return f"<ListBucketResult><IsTruncated>false</IsTruncated><KeyCount>{len(keys)}</KeyCount>{entries}</ListBucketResult>"


def certify(folder):
    """Creates a certificate authority and a certificate for 127.0.0.1, for this run only."""
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n")
    key = ["-newkey", "rsa:2048", "-nodes"]
    for command in [
        ["req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=bench"],
        ["req", *key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=127.0.0.1"],
        ["x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "server.pem", "-days", "2",
         "-extfile", "names"],
    ]:
        try:
            subprocess.run(["openssl", *command], cwd=folder, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            sys.exit(f"openssl could not make a certificate: {error}")
    # As many authorities as on a real system, because the first connection reads them all.
    system = Path("/etc/ssl/certs/ca-certificates.crt")
    (folder / "bundle.pem").write_bytes((system.read_bytes() if system.exists() else b"") + (folder / "ca.pem").read_bytes())
    return folder

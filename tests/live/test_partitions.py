"""Proves that what the engine knows about the partitions agrees with AWS's own endpoint rules."""

import gzip
import json
import re
import unittest
from pathlib import Path

import botocore

ROOT = Path(__file__).resolve().parents[2]
KNOWN = (ROOT / "shared" / "guard" / "src" / "partition.rs").read_text()
DATA = Path(botocore.__file__).parent / "data"


class Partitions(unittest.TestCase):
    def test_iam_records_where_its_endpoint_signs(self):
        known = dict(re.findall(r'partition: "([^"]+)",\s*iam_region: "([^"]+)"', KNOWN))
        rules = json.loads(gzip.decompress((DATA / "iam" / "2010-05-08" / "endpoint-rule-set-1.json.gz").read_bytes()))
        self.assertEqual(known, {partition: region for partition, region in signing(rules["rules"], None) if partition})

    def test_every_partition_is_known(self):
        partitions = json.loads((DATA / "partitions.json").read_text())["partitions"]
        known = set(re.findall(r'partition: "([^"]+)"', KNOWN))
        self.assertEqual(known, {partition["id"] for partition in partitions})


def signing(rules, partition):
    """Returns the Region for which each endpoint signs, with the partition that the conditions on the path to
    it name.
    """
    for rule in rules:
        within = partition
        for condition in rule.get("conditions", []):
            arguments = condition.get("argv", [])
            if condition["fn"] == "stringEquals" and arguments[0].get("argv", [None, None])[1] == "name":
                within = arguments[1]
        if rule["type"] == "tree":
            yield from signing(rule["rules"], within)
        elif rule["type"] == "endpoint":
            for scheme in rule["endpoint"].get("properties", {}).get("authSchemes", []):
                yield within, scheme["signingRegion"]


if __name__ == "__main__":
    unittest.main()

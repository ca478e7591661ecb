#!/usr/bin/env python3
"""Writes the synthetic events: `archive/` as a trail delivers it to S3, and single events as EventBridge
delivers them.

Needs only Python 3 and its standard library. Running it again changes nothing. README.md tells the story.
"""

import gzip
import hashlib
import json
import sys
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path

sys.dont_write_bytecode = True

from cross_account import CROSS_ACCOUNT  # noqa: E402
from identity_center import identity_center_events  # noqa: E402
from identity_center_week import center_week, directory  # noqa: E402
from review import ACCESS_ANALYZER, DETAILS, credential_report  # noqa: E402
from roster import ROSTERS  # noqa: E402
from shapes import HOME, PRODUCTION, at, digest, envelope, guid, iso  # noqa: E402
from tamper import tampering  # noqa: E402
from week import week  # noqa: E402

HERE = Path(__file__).resolve().parent
ARCHIVE = HERE / "archive"
BUCKET = "example-organization-trail"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def main():
    trail = week()
    ids = [(record["recipientAccountId"], record["eventID"]) for record in trail.records]
    assert len(set(ids)) == len(ids), "two records share an id"

    written = set()
    for label, record in trail.labelled.items():
        written.add(write(HERE / f"{label}.json", pretty(envelope(record))))
    for name, record in tampering():
        written.add(write(HERE / "tamper" / f"{name}.json", pretty(envelope(record))))
    for name, record in identity_center_events():
        written.add(write(HERE / "identity-center" / f"{name}.json", pretty(envelope(record))))
    for name, roster in ROSTERS.items():
        written.add(write(HERE / "roster" / name, pretty(roster)))
    for name, document in DETAILS.items():
        written.add(write(HERE / "review" / name, pretty(document)))
    for name, document in CROSS_ACCOUNT.items():
        written.add(write((HERE / "cross-account" / name).resolve(), pretty(document)))
    written.add(write(HERE / "review" / "findings" / "access-analyzer.json", pretty(ACCESS_ANALYZER)))
    written.add(write(HERE / "review" / "credentials.csv", credential_report().encode()))
    logs = list(log_files(trail.records))
    for path, records in logs:
        written.add(write_gz(path, records))
    # CloudTrail may deliver a file twice, under two names. Here it is production's file of Tuesday noon,
    # which has many halves in it.
    path, records = folder(logs, PRODUCTION, HOME, "2026/03/03")[1]
    written.add(write_gz(path.with_name(path.name.replace(unique(path), random_part(path.name, "again"))), records))
    for path, document in [digest_file(logs), insight_file()]:
        written.add(write_gz(path, document))

    written |= write_center_week()

    folders = ("roster", "tamper", "review", "review/findings", "cross-account", "cross-account-strict", "identity-center")
    folders += ("identity-center-week", "identity-center-week/roster")
    archives = (ARCHIVE, HERE / "identity-center-week" / "archive")
    kept = [HERE.glob("*.json"), *((HERE / name).glob("*.json") for name in folders)]
    kept += [archive.rglob("*.gz") for archive in archives]
    for stale in {path for paths in kept for path in paths} - written:
        stale.unlink()
    print(f"{len(trail.records)} records in {len(logs)} log files, {len(trail.labelled)} single events", file=sys.stderr)


def write_center_week():
    """The company with Identity Center: its archive, its roster, and what is found in each of its stories."""
    trail = center_week()
    ids = [record["eventID"] for record in trail.records]
    assert len(set(ids)) == len(ids), "two records share an id"
    home = HERE / "identity-center-week"
    logs = log_files(trail.records, home / "archive")
    written = {write_gz(path, records) for path, records in logs}
    stories = [{"story": told.name, "findings": sorted(told.findings), "events": told.events} for told in trail.stories]
    written.add(write(home / "stories.json", pretty(stories)))
    written.add(write(home / "roster" / "identity-center@2026-03-09T000000Z.json", pretty(directory())))
    return written


def log_files(records, archive=ARCHIVE):
    """CloudTrail writes a file per account and Region every few minutes. Here it is every eight hours."""
    buckets = defaultdict(list)
    for record in records:
        time = datetime.fromisoformat(record["eventTime"])
        buckets[record["recipientAccountId"], record["awsRegion"], f"{time:%Y/%m/%d}", time.hour // 8].append(record)
    for (account, region, day, _), bucket in sorted(buckets.items(), key=lambda entry: entry[0]):
        # Records in log files aren't sorted by time.
        bucket.sort(key=lambda record: digest(record["eventID"]))
        last = max(datetime.fromisoformat(record["eventTime"]) for record in bucket)
        delivered = last + timedelta(minutes=10 - last.minute % 5, seconds=-last.second)
        stamp = f"{delivered:%Y%m%dT%H%MZ}"
        name = f"{account}_CloudTrail_{region}_{stamp}_{random_part(account, region, stamp)}.json.gz"
        yield archive / "AWSLogs" / account / "CloudTrail" / region / day / name, {"Records": bucket}


def folder(logs, account, region, day):
    return [log for log in logs if log[0].parent == ARCHIVE / "AWSLogs" / account / "CloudTrail" / region / day]


def digest_file(logs):
    """Digest files, with which the trail proves that its log files were not changed. They contain hashes, not
    records.
    """
    begin, end = at("Mon 08:00"), at("Mon 09:00")
    name = f"{PRODUCTION}_CloudTrail-Digest_{HOME}_organization-trail_{HOME}_20260302T090000Z.json.gz"
    path = ARCHIVE / "AWSLogs" / PRODUCTION / "CloudTrail-Digest" / HOME / "2026/03/02" / name
    document = {
        "awsAccountId": PRODUCTION,
        "digestStartTime": iso(begin),
        "digestEndTime": iso(end),
        "digestS3Bucket": BUCKET,
        "digestS3Object": path.relative_to(ARCHIVE).as_posix(),
        "digestPublicKeyFingerprint": digest("fingerprint").hex()[:32],
        "digestSignatureAlgorithm": "SHA256withRSA",
        "newestEventTime": iso(end),
        "oldestEventTime": iso(begin),
        "previousDigestS3Bucket": None,
        "logFiles": [
            {
                "s3Bucket": BUCKET,
                "s3Object": log.relative_to(ARCHIVE).as_posix(),
                "hashValue": hashlib.sha256(compact(records)).hexdigest(),
                "hashAlgorithm": "SHA-256",
            }
            for log, records in folder(logs, PRODUCTION, HOME, "2026/03/02")
        ],
    }
    return path, document


def insight_file():
    """CloudTrail Insights reports that a call is made unusually often. That isn't a switch."""
    name = f"{PRODUCTION}_CloudTrail-Insight_{HOME}_20260306T0010Z_{random_part('insight')}.json.gz"
    path = ARCHIVE / "AWSLogs" / PRODUCTION / "CloudTrail-Insight" / HOME / "2026/03/06" / name
    insight = {
        "eventVersion": "1.08",
        "eventTime": "2026-03-06T00:04:00Z",
        "awsRegion": HOME,
        "eventID": guid("event", "insight"),
        "eventType": "AwsCloudTrailInsight",
        "recipientAccountId": PRODUCTION,
        "sharedEventID": guid("shared", "insight"),
        "insightDetails": {
            "state": "Start",
            "eventSource": "sts.amazonaws.com",
            "eventName": "AssumeRole",
            "insightType": "ApiCallRateInsight",
            "insightContext": {"statistics": {"baseline": {"average": 0.02}, "insight": {"average": 2.4}, "insightDuration": 1}},
        },
        "eventCategory": "Insight",
    }
    return path, {"Records": [insight]}


def unique(path):
    return path.name.removesuffix(".json.gz").rsplit("_", 1)[-1]


def random_part(*of):
    return "".join(LETTERS[byte % len(LETTERS)] for byte in digest("file", *of)[:16])


def compact(document):
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()


def pretty(document):
    return json.dumps(document, indent=2, ensure_ascii=True).encode() + b"\n"


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def write_gz(path, document):
    content = compact(document)
    # Another version of zlib compresses the same content to other bytes. So a file with the same content
    # isn't rewritten.
    if path.exists() and gzip.decompress(path.read_bytes()) == content:
        return path
    return write(path, gzip.compress(content, mtime=0))


if __name__ == "__main__":
    main()

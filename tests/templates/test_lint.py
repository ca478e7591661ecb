"""Proves that cfn-lint (with cfn-lint-serverless) and checkov find no problems, except those suppressed with
a reason.
"""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import templates

BIN = Path(sys.executable).parent


class Lint(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.files = [*templates.ALL]
        for path in templates.ALL:
            after = Path(cls.folder.name) / f"{path.stem}-transformed.json"
            after.write_text(json.dumps(templates.transformed(path), indent=1))
            cls.files.append(after)

    def test_cfn_lint_has_nothing_to_say(self):
        run = _run("cfn-lint", "--append-rules", "cfn_lint_serverless.rules", "--", *map(str, self.files))
        self.assertEqual((run.returncode, run.stdout.strip()), (0, ""), run.stdout + run.stderr)

    def test_checkov_has_nothing_to_say(self):
        files = [part for path in self.files for part in ("--file", str(path))]
        run = _run("checkov", "--framework", "cloudformation", "--skip-download", "--quiet", "--compact", "--output", "json", *files)
        report = json.loads(run.stdout)
        failed = [f"{check['check_id']} {check['resource']}" for check in report["results"]["failed_checks"]]
        self.assertEqual(failed, [])
        self.assertEqual(report["summary"]["parsing_errors"], 0)
        self.assertGreater(report["summary"]["passed"], 150, "so few checks cannot have been all of them")

    def test_a_fault_is_found(self):
        bad = templates.raw(templates.SPOKE)
        bad["Resources"]["DeadLetters"]["Properties"]["MessageRetentionPeriod"] = "for ever"
        bad["Resources"]["DeadLetters"]["Metadata"] = {}
        path = Path(self.folder.name) / "bad.json"
        path.write_text(json.dumps(bad))
        self.assertIn("E3012", _run("cfn-lint", "--", str(path)).stdout)
        bad = templates.raw(templates.HUB)
        bad["Resources"]["StateBucket"].pop("Metadata")
        path.write_text(json.dumps(bad))
        checkov = _run("checkov", "--framework", "cloudformation", "--skip-download", "--quiet", "--compact", "--file", str(path))
        self.assertIn("CKV_AWS_18", checkov.stdout)

    def test_every_suppression_has_a_reason(self):
        for path in templates.ALL:
            for number, line, above in templates.metadata_comments(path):
                self.assertTrue(above[-1].strip().startswith("# "), f"{path.name}:{number}: {line.strip()} without a reason above it")
            for name, resource in templates.raw(path)["Resources"].items():
                for skipped in resource.get("Metadata", {}).get("checkov", {}).get("skip", []):
                    self.assertGreater(len(skipped.get("comment", "")), 15, f"{path.name}: {name} skips {skipped['id']} without a reason")


def _run(tool, *arguments):
    return subprocess.run([BIN / tool, *arguments], cwd=templates.ROOT, capture_output=True, text=True, timeout=600, check=False)

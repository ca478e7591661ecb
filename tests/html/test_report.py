"""The page of `rolewatch audit --format html`, in a headless Chromium."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import archive
import chromium

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = os.environ.get("ROLEWATCH_BIN", str(ROOT / "target" / "debug" / "rolewatch"))
WIDTHS = (360, 800, 1_400)
HOUR, DAY = 3_600, 86_400
HOSTILE = "<img/src=x onerror=alert(1)>\"'&</style><script>"

# Elements with text of their own whose contrast is below 4.5, as WCAG computes it.
POOR_CONTRAST = """(() => {
  const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).slice(0, 3).map(v => {
    v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
    return .2126 * r + .7152 * g + .0722 * b; };
  const ground = e => { for (; e; e = e.parentElement) {
    const c = getComputedStyle(e).backgroundColor;
    if (!/, 0\\)$|transparent/.test(c)) return c; } return 'rgb(255, 255, 255)'; };
  const poor = new Set();
  for (const e of document.querySelectorAll('body *')) {
    if (e.closest('svg') || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    const [a, b] = [light(getComputedStyle(e).color), light(ground(e))].sort((x, y) => y - x);
    if ((a + .05) / (b + .05) < 4.5) poor.add(e.tagName + '.' + e.className);
  }
  return [...poor]; })()"""


def audit(logs, page):
    """Writes the page of an audit. Violations are no fault here."""
    run = subprocess.run(
        [BIN, "audit", str(logs), "--format", "html", "--output", str(page), "--fail-on", "never"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )
    assert run.returncode == 0, run.stderr


class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        try:
            cls.browser = chromium.Browser()
        except chromium.NoBrowser as reason:
            print(f"\nSKIPPED: the report's page isn't checked: {reason}", file=sys.stderr)
            raise unittest.SkipTest(str(reason)) from reason
        cls.addClassCleanup(cls.browser.close)
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.week = cls.folder / "week.html"
        audit("events/archive", cls.week)
        cls.pages = {"the synthetic week": cls.week}
        sizes = {
            "5 people in an hour": (5, 12, HOUR),
            "500 people in 90 days": (500, 3_000, 90 * DAY),
            "no switch": (1, 0, 1),
        }
        for name, (people, switches, seconds) in sizes.items():
            page = cls.folder / f"{name}.html"
            audit(archive.write(cls.folder / name, people, switches, max(seconds, 1)), page)
            cls.pages[name] = page
        hostile = cls.folder / "hostile.html"
        logs = archive.write(cls.folder / "hostile", 20, 60, DAY, HOSTILE)
        audit(logs, hostile)
        cls.pages["hostile texts"] = hostile

    def test_every_page_is_sound_at_every_width_light_and_dark(self):
        for name, page in self.pages.items():
            for width in WIDTHS:
                for dark in (False, True):
                    self.browser.open(page, width, dark=dark)
                    for check in (
                        self.nothing_is_reported, self.it_fits, self.nothing_runs,
                        self.links_lead_somewhere, self.names_are_unique, self.text_stands_out,
                    ):
                        with self.subTest(check.__name__, page=name, width=width, dark=dark):
                            check()

    def nothing_is_reported(self):
        self.assertEqual(self.browser.complaints(), [])
        self.assertEqual(len(self.browser.requests()), 1, self.browser.requests())

    def it_fits(self):
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        self.assertLessEqual(self.browser.evaluate(wide), 0)

    def nothing_runs(self):
        style = "getComputedStyle(document.querySelector('main')).maxWidth"
        self.assertNotEqual(self.browser.evaluate(style), "none", "the policy forbids the style sheet")
        active = "document.querySelectorAll('script, img, iframe, object, link, form, [onerror]').length"
        self.assertEqual(self.browser.evaluate(active), 0)

    def links_lead_somewhere(self):
        lost = (
            "[...document.querySelectorAll('a')].map(a => a.getAttribute('href'))"
            ".filter(to => !to.startsWith('#') || !document.getElementById(to.slice(1)))"
        )
        self.assertEqual(self.browser.evaluate(lost), [])

    def names_are_unique(self):
        repeated = (
            "(() => { const ids = [...document.querySelectorAll('[id]')].map(e => e.id);"
            " return ids.length - new Set(ids).size; })()"
        )
        self.assertEqual(self.browser.evaluate(repeated), 0)

    def text_stands_out(self):
        self.assertEqual(self.browser.evaluate(POOR_CONTRAST), [])

    def test_assistive_programs_find_the_sessions_and_the_findings(self):
        self.browser.open(self.week, 1_400)
        tree = self.browser.tree()
        headings = {name for role, name in tree if role == "heading"}
        for heading in ("Timeline", "Violations: 28", "Unproven: 15"):
            self.assertIn(heading, headings)
        links = [name for role, name in tree if role == "link"]
        self.assertTrue(any(name.startswith("dave in UpdateApp in production") for name in links))
        nameless = [role for role, name in tree if role in ("link", "image", "heading") and not name.strip()]
        self.assertEqual(nameless, [])
        self.assertIn("table", [role for role, _ in tree])

    def test_bars_of_any_length_can_be_seen(self):
        for name in ("5 people in an hour", "500 people in 90 days"):
            with self.subTest(name):
                self.browser.open(self.pages[name], 1_400)
                bars = self.browser.evaluate(
                    "[...document.querySelectorAll('.lanes > li > svg .held')].map(b => "
                    "b.getBoundingClientRect().width + parseFloat(getComputedStyle(b).strokeWidth))"
                )
                self.assertGreater(len(bars), 5)
                self.assertGreaterEqual(min(bars), 1.5)

    def test_it_prints_with_everything_unfolded(self):
        self.browser.open(self.week, 800)
        pdf = self.browser.pdf()
        self.assertTrue(pdf.startswith(b"%PDF"))
        self.assertGreater(len(pdf), 20_000)


if __name__ == "__main__":
    unittest.main()

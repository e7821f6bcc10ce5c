#!/usr/bin/env python3
"""The documentation's promises that a machine can hold: docs/configuration.md is what `portico config docs` prints, links between pages
lead somewhere, every folder of src/ has a README of at most 40 lines. Usage: docs_test.py PROGRAM"""
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = sys.argv.pop() if len(sys.argv) > 1 else None


class Documentation(unittest.TestCase):
    def test_the_configuration_page_is_current(self):
        printed = subprocess.run([PROGRAM, "config", "docs"], capture_output=True, text=True, check=True).stdout
        written = (ROOT / "docs/configuration.md").read_text()
        self.assertEqual(written, printed, "refresh it: portico config docs > docs/configuration.md")

    def test_links_lead_somewhere(self):
        pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "src").rglob("README.md")]
        broken = []
        for page in pages:
            for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text()):
                if not re.match(r"[a-z]+:", target) and not (page.parent / target).exists():
                    broken.append(f"{page.relative_to(ROOT)}: {target}")
        self.assertEqual(broken, [])

    def test_every_folder_says_what_it_is(self):
        for cmake in sorted((ROOT / "src").rglob("CMakeLists.txt")):
            if cmake.parent == ROOT / "src":
                continue
            readme = cmake.parent / "README.md"
            with self.subTest(folder=str(cmake.parent.relative_to(ROOT))):
                self.assertTrue(readme.exists(), "has no README.md")
                self.assertLessEqual(len(readme.read_text().splitlines()), 40)


if __name__ == "__main__":
    unittest.main()

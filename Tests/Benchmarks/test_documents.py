"""Every local link of the documents leads to a file that is kept in git.

A file that is here but ignored by git would be missing in each clone.
"""

import re
import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


@unittest.skipUnless((ROOT / ".git").exists(), "asks git which files are kept, and this is no clone")
class DocumentTests(unittest.TestCase):
    def test_links_lead_to_kept_files(self):
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
        places = {ROOT / name for name in listed.split("\0") if name}
        documents = sorted(place for place in places if place.suffix == ".md")
        places |= {folder for place in places for folder in place.parents}
        followed, broken = 0, []
        for document in documents:
            for target in re.findall(r"\]\(([^)\s#]+)(?:#[^)\s]*)?\)", document.read_text()):
                if ":" in target:
                    continue
                followed += 1
                if (document.parent / target).resolve() not in places:
                    broken.append(f"{document.relative_to(ROOT)}: {target}")
        self.assertEqual(broken, [])
        self.assertGreater(followed, 0)


if __name__ == "__main__":
    unittest.main()

"""The types, members and files that docs/design.md names are there."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DECLARED = r"\b(?:class|struct|enum|protocol|actor|typealias|extension)\s+"


class DesignTests(unittest.TestCase):
    def test_what_it_names_is_there(self):
        files = [file for folder in ("Sources", "Tests", "Plugins") for file in (ROOT / folder).rglob("*.swift")]
        text = "\n".join(file.read_text() for file in files)
        declared = set(re.findall(DECLARED + r"(\w+)", text))
        declared |= {file.stem for file in files} | {folder.name for folder in (ROOT / "Sources").iterdir()}
        declared |= {"Sources", "Tests", "Examples"} | {folder.name for folder in (ROOT / "Tests").iterdir()}
        members = set(re.findall(r"\b(?:func|var|let|case)\s+(\w+)", text)) | {"init"}
        page = (ROOT / "docs/design.md").read_text()
        named = set(re.findall(r"`([A-Z]\w*[a-z]\w*(?:\+\w+)?)(?:[.](\w+))?(?:\([^`]*\))?`", page))
        self.assertGreater(len(named), 40)
        missing = {name for name, _ in named if name not in declared}
        missing |= {f"{name}.{member}" for name, member in named if member and member not in members}
        self.assertEqual(missing, set())


if __name__ == "__main__":
    unittest.main()

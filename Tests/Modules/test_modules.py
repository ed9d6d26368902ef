"""The modules of this package, and the check itself on modules with faults."""

import shutil
import unittest

import modules


def made(name, declared, **imports):
    module = modules.Module(name, set(declared))
    module.read((f"Sources/{name}/{file}.swift", text) for file, text in imports.items())
    return module


@unittest.skipUnless(shutil.which("swift"), "there is no 'swift' to read Package.swift with")
class PackageTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.modules = modules.modules(modules.manifest())

    def test_modules_import_downwards_what_they_declare(self):
        self.assertEqual(modules.faults(self.modules), [])

    def test_the_picture_is_of_today(self):
        drawn = modules.picture(self.modules)
        self.assertEqual(modules.PICTURE.read_text(), drawn, "python3 Tests/Modules/modules.py draw makes it anew")

    def test_the_imports_are_seen(self):
        imports = {module.name: set(module.imports) for module in self.modules}
        self.assertLessEqual({"Formats", "Kernels", "RandomNumbers"}, imports["Networks"])
        self.assertEqual([module.name for module in self.modules if module.in_sources][-1], "dptrain")


class FaultTests(unittest.TestCase):
    low = made("Low", [])

    def test_upwards(self):
        faults = modules.faults([made("Low", ["High"], A="import High\n"), made("High", [])])
        self.assertEqual(faults, ["Sources/Low/A.swift: Low imports High, which Package.swift declares below it"])

    def test_not_declared(self):
        for line in ["import Low", "@testable import Low", "internal import Low", "import struct Low.Thing", "  import Low"]:
            faults = modules.faults([self.low, made("High", [], A=f"import Foundation\n{line}\n")])
            self.assertEqual(len(faults), 1, line)
            self.assertIn("does not name among its dependencies", faults[0])

    def test_not_needed(self):
        faults = modules.faults([self.low, made("High", ["Low"], A="// import Low\n")])
        self.assertEqual(faults, ["Package.swift: High depends on Low, which none of its files imports"])

    def test_the_picture_leaves_out_what_follows(self):
        middle = made("Middle", ["Low"], A="import Low\n")
        high = made("High", ["Low", "Middle"], A="import Low\nimport Middle\n")
        self.assertEqual(modules.reduced([self.low, middle, high]), {("Middle", "Low"), ("High", "Middle")})
        self.assertEqual(modules.picture([self.low, middle, high]).count("<path d=\"M"), 3)  # the arrow's head too


if __name__ == "__main__":
    unittest.main()

"""What other people's packages can do with this one. The whole takes about a minute on two cores, most of it the build."""

import json
import pathlib
import re
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Modules"))
import modules
import outside


@unittest.skipUnless(shutil.which("swift") and shutil.which("mpirun"), "there is no 'swift' or no 'mpirun'")
class ProductTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="dptrain-outside-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        products = modules.manifest()["products"]
        cls.products = [product["name"] for product in products if "library" in product["type"]]
        cls.documented = [product for product in cls.products if outside.article(product).exists()]
        cls.outside = outside.Outside(cls.folder, cls.documented)

    def test_each_product_has_an_article(self):
        self.assertLessEqual({"MPI", "Inference"}, set(self.products))
        self.assertEqual(self.documented, self.products)

    def test_articles_begin_with_what_works(self):
        for example in self.outside.examples:
            with self.subTest(example.product):
                self.assertEqual(self.outside.start(f"{example.product}Example", example.ranks), example.output)

    def test_ranks_share_the_work(self):
        alone, shared = (self.outside.start("Ranks", ranks).split() for ranks in (0, 4))
        self.assertEqual([alone[0], shared[0]], ["1", "4"])
        self.assertEqual(alone[1], shared[1])

    def test_no_public_declaration_has_a_vector(self):
        """A caller without the flags would pass vectors in other registers than a module built with them expects."""
        for product in self.products:
            symbols = json.loads(self.outside.interface(product).read_text())["symbols"]
            self.assertGreater(len(symbols), 10, product)
            with self.subTest(product):
                self.assertEqual(with_vectors(symbols), [])

    def test_topics_name_what_there_is(self):
        for product in self.documented:
            known = {".".join(symbol["pathComponents"]) for symbol in
                     json.loads(self.outside.interface(product).read_text())["symbols"]}
            text = re.sub(r"```.*?```", "", outside.article(product).read_text(), flags=re.DOTALL)
            for name in re.findall(r"``([^`]+)``", text):
                if name != product:
                    self.assertIn(name.replace("/", "."), known, product)


def with_vectors(symbols):
    """The declarations that speak of SIMD types, by their own name or by one given to them here."""
    declarations = {
        ".".join(symbol["pathComponents"]): (symbol["kind"]["identifier"], "".join(
            piece["spelling"] for piece in symbol.get("declarationFragments", [])))
        for symbol in symbols}
    names = {"SIMD[0-9]*"}
    names |= {name for name, (kind, text) in declarations.items() if kind == "swift.typealias" and re.search(r"\bSIMD", text)}
    pattern = re.compile(rf"\b({'|'.join(names)})\b")
    return sorted(f"{name}: {text}" for name, (kind, text) in declarations.items() if pattern.search(f"{name} {text}"))


class VectorTests(unittest.TestCase):
    @staticmethod
    def symbol(name, kind, text):
        return {"pathComponents": [name], "kind": {"identifier": kind}, "declarationFragments": [{"spelling": text}]}

    def test_vectors_are_seen(self):
        alias = self.symbol("Wide", "swift.typealias", "typealias Wide = SIMD16<Float>")
        fine = self.symbol("sum", "swift.func", "func sum(_ x: [Float]) -> Float")
        for text in ("func add(_ x: Wide)", "func load() -> SIMD16<Float>", "func f<V: SIMD>(_ x: V)"):
            found = with_vectors([alias, fine, self.symbol("bad", "swift.func", text)])
            self.assertIn(f"bad: {text}", found)
            self.assertEqual(len(found), 2)


if __name__ == "__main__":
    unittest.main()

"""Writes ReportsTests/Tables/Golden/classification_report.json: scikit-learn's report and confusion matrix of made-up predictions.

    python Tests/Golden/classification_report.py        (needs scikit-learn; written with 1.9.1)
"""

import json
import pathlib
import random
import warnings

import sklearn
from sklearn.metrics import classification_report, confusion_matrix

CIFAR = "airplane automobile bird cat deer dog frog horse ship truck".split()


def case(name, truth, predictions, class_names):
    labels = list(range(len(class_names)))
    return {
        "name": name,
        "truth": truth,
        "predictions": predictions,
        "class_names": class_names,
        "report": classification_report(
            truth, predictions, labels=labels, target_names=class_names, digits=4, zero_division=0
        ),
        "confusion": confusion_matrix(truth, predictions, labels=labels).tolist(),
    }


def draw(generator, images, classes, accuracy, truth_from=None, predicted_from=None):
    truth = [generator.choice(truth_from or range(classes)) for _ in range(images)]
    predictions = [
        label if generator.random() < accuracy else generator.choice(predicted_from or range(classes)) for label in truth
    ]
    return truth, predictions


def main():
    warnings.simplefilter("ignore")
    generator = random.Random(10)
    cases = [
        case("ten classes", *draw(generator, 500, 10, 0.85), CIFAR),
        case("few images", *draw(generator, 23, 10, 0.5), CIFAR),
        case("a class never true", *draw(generator, 200, 10, 0.6, truth_from=[0, 1, 2, 4, 5, 6, 7, 8, 9]), CIFAR),
        case("classes never predicted", *draw(generator, 200, 10, 0.0, predicted_from=[3]), CIFAR),
        case("a class neither true nor predicted", [0, 1, 1, 0], [0, 1, 0, 0], ["a", "b", "c"]),
        case("all right", list(range(10)) * 3, list(range(10)) * 3, CIFAR),
        case("all wrong", [0, 1, 2, 2], [1, 2, 0, 1], ["a", "b", "c"]),
        case("one image", [1], [1], ["no", "yes"]),
        case("long names", *draw(generator, 60, 2, 0.7), ["a name longer than weighted avg", "Übergröße"]),
        case("uneven support", *draw(generator, 400, 4, 0.7, truth_from=[0, 0, 0, 0, 0, 0, 1, 1, 2, 3]), list("abcd")),
    ]
    golden = {"scikit-learn": sklearn.__version__, "cases": cases}
    path = pathlib.Path(__file__).parent.parent / "ReportsTests" / "Tables" / "Golden" / "classification_report.json"
    path.write_text(json.dumps(golden, ensure_ascii=False) + "\n", encoding="utf-8")


main()

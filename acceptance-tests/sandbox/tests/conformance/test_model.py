"""The model in the repository is the one that botocore ships."""

import difflib
import importlib.util
import pathlib

MODEL = pathlib.Path(__file__).parents[2] / "model"


def test_the_model_is_botocores(world):
    spec = importlib.util.spec_from_file_location("make", MODEL / "make.py")
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    made = make.text().splitlines()
    stored = (MODEL / "cleanrooms-model.json").read_text().splitlines()
    assert made == stored, "\n".join(list(difflib.unified_diff(stored, made, lineterm=""))[:20])

from pydantic import Field

from gate.config.keys import homes_of, keys_at
from gate.config.shape import GateFile
from gate.model.base import Noun


class Tree(Noun):
    """A model that holds itself."""

    leaf: int = 0
    branches: dict[str, "Tree"] = Field(default_factory=dict)


def test_the_keys_of_a_mapping_are_found_through_names_and_unions() -> None:
    assert list(keys_at(GateFile, ["suites", "any", "gates", "any"]))[:3] == [
        "mode",
        "max_drop",
        "must_catch",
    ]
    assert list(keys_at(GateFile, ["suites", "any", "evaluators", 0])) == ["use", "name", "with"]
    assert list(keys_at(GateFile, ["suites", "any", "slices", 0, "a named slice"])) == ["name", "where"]
    assert list(keys_at(GateFile, ["suites", "any", "cases"])) == []


def test_the_homes_of_a_key_are_spelt_with_the_names_that_a_person_chooses() -> None:
    assert homes_of("alpha", GateFile) == ["`policy`"]
    assert homes_of("suites", GateFile) == ["the top of the file"]
    assert homes_of("nowhere", GateFile) == []


def test_a_model_that_holds_itself_has_an_end() -> None:
    assert homes_of("leaf", Tree)[0] == "the top of the file"
    assert list(keys_at(Tree, ["branches", "a", "branches", "b"])) == ["leaf", "branches"]

from importlib.metadata import version

import pytest

from gate.evaluators.extras import installed, require
from gate.model.errors import UserError


def test_a_package_that_is_there_is_told_with_its_version() -> None:
    assert installed("pydantic") == f"pydantic=={version('pydantic')}"
    require("pydantic", extra="any", evaluator="it")


def test_a_package_that_is_not_there_is_refused_with_the_command_that_installs_it() -> None:
    with pytest.raises(UserError) as error:
        require("no-such-package-0", extra="language", evaluator="speaks")
    (problem,) = error.value.problems
    assert "'speaks' needs the package no-such-package-0" in problem.message
    assert problem.fix == "pip install 'llm-regression-gate[language]'"

"""The names that plug-in authors import."""

import pytest

import gate


@pytest.mark.parametrize("name", gate.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(gate, name).__name__ == name


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = gate.Nothing

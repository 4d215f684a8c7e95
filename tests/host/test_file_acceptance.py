"""An acceptance of files survives the address of its status, and nothing else is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.host.file_acceptance import FileAcceptance, acceptance_at, address_of

URL = "https://github.com/acme/shop"
ONE = FileAcceptance(by="maria", pull=7, comment=41, files="b" * 64)
ACCEPTANCES = st.builds(
    FileAcceptance,
    by=st.from_regex(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,20}[A-Za-z0-9])?", fullmatch=True),
    pull=st.integers(1, 10**6),
    comment=st.integers(1, 10**12),
    files=st.text(alphabet="0123456789abcdef", min_size=64, max_size=64),
)


@given(ACCEPTANCES)
def test_what_an_address_says_is_what_was_accepted(acceptance: FileAcceptance) -> None:
    assert acceptance_at(address_of(acceptance, repository_url=URL), repository_url=URL) == acceptance


def test_the_address_leads_to_the_comment() -> None:
    address = address_of(ONE, repository_url=URL)
    assert address.startswith(f"{URL}/pull/7?")
    assert address.endswith("#issuecomment-41")


@given(st.text(max_size=200))
def test_another_address_is_none(text: str) -> None:
    assert acceptance_at(text, repository_url=URL) is None
    assert acceptance_at(URL + text, repository_url=URL) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("acme/shop", "acme/shop2"),
        ("maria", "maria-"),
        ("maria", "maria%0A"),
        ("/pull/7", "/pull/0"),
        ("/pull/7", "/issues/7"),
        ("b" * 64, "B" * 64),
        ("b" * 64, "b" * 63),
        ("#issuecomment-41", "#issuecomment-041"),
        ("#issuecomment-41", "#issuecomment-41\n"),
        ("#issuecomment-41", "#issuecomment-٤١"),
    ],
)
def test_an_address_that_is_not_ours_to_the_letter_is_none(old: str, new: str) -> None:
    address = address_of(ONE, repository_url=URL)
    assert acceptance_at(address.replace(old, new), repository_url=URL) is None

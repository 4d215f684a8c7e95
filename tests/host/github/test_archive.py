"""An archive of unknown origin: the files asked for, within the limit, or a refusal; never anything else."""

import io
import warnings
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.host.github.archive import read_zip
from gate.model.errors import UserError


def zipped(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name that is there twice
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return held.getvalue()


def test_only_the_files_that_were_asked_for_are_read() -> None:
    content = zipped(("a.json", b"{}"), ("../../etc/passwd", b"x"), ("b.json", b"[]"))
    assert read_zip(content, names={"a.json", "b.json", "c.json"}, limit_bytes=4) == {
        "a.json": b"{}", "b.json": b"[]",
    }  # fmt: skip


@pytest.mark.parametrize(
    "files", [[("a", b"\0" * 5_000_000)], [("a", b"xx"), ("b", b"yyy")]], ids=["one large", "two together"]
)
def test_what_unpacks_to_more_than_the_limit_is_refused(files: list[tuple[str, bytes]]) -> None:
    with pytest.raises(UserError, match="unpacks to more than 4 bytes"):
        read_zip(zipped(*files), names={"a", "b"}, limit_bytes=4)


def test_a_size_that_the_archive_lies_about_does_not_help() -> None:
    honest = zipped(("a", b"\0" * 100_000))
    size = (100_000).to_bytes(4, "little")
    assert honest.count(size) == 2
    with pytest.raises(UserError):
        read_zip(honest.replace(size, (3).to_bytes(4, "little")), names={"a"}, limit_bytes=50_000)


def test_a_file_that_is_there_twice_is_refused() -> None:
    with pytest.raises(UserError, match="holds a twice"):
        read_zip(zipped(("a", b"1"), ("a", b"2")), names={"a"}, limit_bytes=9)


def test_an_encrypted_file_is_refused() -> None:
    content = bytearray(zipped(("a", b"1"), method=zipfile.ZIP_STORED))
    content[6] |= 1
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(UserError, match="cannot be unpacked"):
        read_zip(bytes(content), names={"a"}, limit_bytes=9)


@pytest.mark.parametrize(
    "content",
    [b"", b"no archive", zipped(("a", b"1"))[:-9], zipped(("a", b"1"))[9:]],
    ids=["empty", "text", "without its end", "without its beginning"],
)
def test_what_is_no_archive_is_refused(content: bytes) -> None:
    with pytest.raises(UserError, match="the archive is not taken"):
        read_zip(content, names={"a"}, limit_bytes=9)


@given(st.data())
def test_a_damaged_archive_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    content = bytearray(zipped(("a", b"one" * 9), ("b", b"two")))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = read_zip(bytes(content), names={"a", "b"}, limit_bytes=100)
    except UserError:
        return
    assert set(found) <= {"a", "b"}
    assert sum(map(len, found.values())) <= 100

"""Output is there whole or not at all, even if the writer is killed."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from detente.errors import SettingError
from detente.io import folder as module
from detente.io.folder import whole_file, whole_folder

NAMES = ("a", "b")


def content(path: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in path.iterdir()}


def write(path: Path, text: str) -> None:
    with whole_folder(path, names=NAMES) as partial:
        for name in NAMES:
            (partial / name).write_text(text)


def test_a_folder_appears_and_is_replaced(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    write(out, "old")
    assert content(out) == {"a": "old", "b": "old"}
    write(out, "new")
    assert content(out) == {"a": "new", "b": "new"}
    assert [entry.name for entry in out.parent.iterdir()] == ["out"]


def test_where_folders_cannot_beexchanged_they_are_renamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(first: Path, second: Path) -> bool:
        return first == second

    monkeypatch.setattr(module, "exchange", refuse)
    test_a_folder_appears_and_is_replaced(tmp_path)


def test_a_failure_while_writing_leaves_the_old_output(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(out, "old")

    def fail() -> None:
        with whole_folder(out, names=NAMES) as partial:
            (partial / "a").write_text("new")
            _ = 1 / 0

    with pytest.raises(ZeroDivisionError):
        fail()
    assert content(out) == {"a": "old", "b": "old"}
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with whole_file(path) as partial:
        partial.write_text("old")

    def fail() -> None:
        with whole_file(path) as partial:
            partial.write_text("half")
            _ = 1 / 0

    with pytest.raises(ZeroDivisionError):
        fail()
    assert content(tmp_path) == {"a": "old"}


def test_what_cannot_be_replaced_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(SettingError, match=r"holds other files \(thesis\.tex\), which would be lo"):
        write(tmp_path, "new")
    with pytest.raises(SettingError, match=r"must be a folder, but .*thesis\.tex is a file"):
        write(tmp_path / "thesis.tex", "new")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(SettingError, match="here cannot be replaced as a whole; name a folder"):
        write(Path(), "new")
    assert (tmp_path / "thesis.tex").read_text() == "years of work"


WRITER = """
import sys
from pathlib import Path
from detente.io.folder import whole_folder
out = Path(sys.argv[1])
for number in range(10**9):
    with whole_folder(out, names=("a", "b")) as partial:
        (partial / "a").write_text(str(number) * 1000)
        (partial / "b").write_text(str(number) * 1000)
    print(number, flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
@pytest.mark.parametrize("attempt", range(8))
def test_a_killed_writer_leaves_the_old_output_or_the_new(tmp_path: Path, attempt: int) -> None:
    out = tmp_path / "out"
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(out)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        done = max(int(process.stdout.readline()) for _ in range(3))
        time.sleep(attempt * 0.0007)  # so that it dies at different places
        process.send_signal(signal.SIGKILL)
        done = max([done, *map(int, process.stdout.read().split())])
    found = content(out)
    assert found.keys() == {"a", "b"}
    assert found["a"] == found["b"]
    assert found["a"] in (str(done) * 1000, str(done + 1) * 1000)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems are not known to exchange")
def test_linuxexchanges_folders_in_one_step(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    (first / "a").touch()
    assert module.exchange(first, second)
    assert [entry.name for entry in second.iterdir()] == ["a"]
    with pytest.raises(FileNotFoundError):
        module.exchange(first, tmp_path / "third")

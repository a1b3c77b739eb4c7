import io
import json
from pathlib import Path

from local.stack.logs import Log


def logged(path: Path, *lines: str, least: str = "info") -> tuple[str, list[dict[str, object]]]:
    """What a person reads, and what the file has."""
    console = io.StringIO()
    log = Log(path, console, least=least)
    for line in lines:
        log.line("functions", line)
    log.close()
    return console.getvalue(), [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_an_entry_is_one_readable_line_and_whole_in_the_file(tmp_path: Path) -> None:
    """Clock, process, message and fields on the console; everything, and who said it, in the file."""
    entry = {
        "time": "2026-11-23T02:15:00.123+00:00",
        "level": "info",
        "logger": "host",
        "message": "executed",
        "ms": 12.5,
    }
    shown, kept = logged(tmp_path / "log.jsonl", json.dumps(entry))
    assert shown == "02:15:00.123 functions  executed ms=12.5\n"
    assert kept == [{**entry, "process": "functions"}]


def test_plain_words_are_kept_as_they_are(tmp_path: Path) -> None:
    """A traceback, or a line of JSON that is no entry, is a message."""
    shown, kept = logged(tmp_path / "log.jsonl", "Traceback (most recent call last):", "[1, 2]")
    assert "functions  Traceback (most recent call last):" in shown
    assert [entry["message"] for entry in kept] == ["Traceback (most recent call last):", "[1, 2]"]


def test_the_console_shows_from_a_level_on(tmp_path: Path) -> None:
    """What is below stays in the file alone."""
    entries = [json.dumps({"level": level, "message": level}) for level in ("info", "warning", "error")]
    shown, kept = logged(tmp_path / "log.jsonl", *entries, least="warning")
    assert [line.split()[-1] for line in shown.splitlines()] == ["warning", "error"]
    assert len(kept) == 3


def test_the_log_of_the_run_before_is_kept(tmp_path: Path) -> None:
    """One generation back, beside the present one."""
    logged(tmp_path / "log.jsonl", "first")
    _, kept = logged(tmp_path / "log.jsonl", "second")
    assert [entry["message"] for entry in kept] == ["second"]
    assert "first" in (tmp_path / "log.previous.jsonl").read_text(encoding="utf-8")

import os
import random
import signal
import sqlite3
import time

import pytest

from support.forked import COMMAND, Forked, run_command
from support.saving import keep_saving, save_in_little_room
from techsum.errors import StorageError
from techsum.library import open_library
from techsum.library.transfer import Transfer

pytestmark = pytest.mark.slow

MOMENTS = int(os.environ.get("FAULT_MOMENTS", "12"))
"""Kills; a hundred with FAULT_MOMENTS=100."""


def saving(url, work=keep_saving):
    """A process that saves summaries, and prints the id of each, until it is stopped."""
    return Forked([], work, server=COMMAND, SAVED_IN=url)


def test_what_was_saved_outlives_a_kill_at_any_moment(tmp_path):
    url, chance, told = f"sqlite:///{tmp_path}/library.db", random.Random(7), set()
    for _ in range(MOMENTS):
        with saving(url) as process:
            told.add(process.stdout.readline().strip())
            time.sleep(chance.uniform(0, 0.15))
            process.send_signal(signal.SIGKILL)
            told.update(line.strip() for line in process.stdout if line.endswith("\n"))
        library = open_library(url)
        with library.reading() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        library.close()
    library = open_library(url)
    kept = {entry.id for entry in Transfer(library).everything("reader")}
    assert len(told) >= MOMENTS
    assert told <= kept
    assert library.find("reader", "요약").entries
    library.close()


def test_two_processes_that_save_at_once_lose_nothing(tmp_path):
    url = f"sqlite:///{tmp_path}/library.db"
    open_library(url).close()
    told = []
    with saving(url) as one, saving(url) as other:
        first = [{process.stdout.readline().strip() for _ in range(5)} for process in (one, other)]
        for process, lines in zip((one, other), first, strict=True):
            process.kill()
            told.append(lines | {line.strip() for line in process.stdout if line.endswith("\n")})
    library = open_library(url)
    assert told[0] | told[1] <= {entry.id for entry in Transfer(library).everything("reader")}
    library.close()


def test_a_full_disk_stops_saving_and_loses_nothing(tmp_path):
    url = f"sqlite:///{tmp_path}/library.db"
    with saving(url, save_in_little_room) as process:
        told, said = process.communicate(timeout=120)
    assert said.strip().splitlines()[-1].startswith("techsum.errors.StorageError")
    library = open_library(url)
    assert told.split()
    assert set(told.split()) <= {entry.id for entry in Transfer(library).everything("reader")}
    library.save("reader", told.split()[0], saved=False)  # with room again it goes on
    library.close()


def test_a_library_that_cannot_be_written_is_one_line(tmp_path):
    """As an unprivileged user meets it; to root every folder is open, so that a file stands in the way here."""
    (tmp_path / "file").write_text("")
    code, _, errors = run_command("library", "list", TECHSUM_DATA_DIR=tmp_path / "file" / "data")
    assert code == 1
    assert len(errors.strip().splitlines()) == 1


def test_a_library_of_a_newer_techsum_is_left_alone(tmp_path):
    path = tmp_path / "library.db"
    open_library(f"sqlite:///{path}").close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(StorageError, match="더 새로운 TechSum"):
        open_library(f"sqlite:///{path}")

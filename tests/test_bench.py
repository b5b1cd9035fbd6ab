"""`make bench` writes RESULTS.md itself: a section a script, with what it printed and where."""

import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
SOURCE = '"""Reading a page: TechSum beside another.\n\nOn one processor."""\n'
OUTPUT = "machine, 2 cores\n\n| side | ms |\n|---|---|\n| ours | 44 |\nratio 0.41\n"


@pytest.fixture
def run(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    monkeypatch.delitem(sys.modules, "run", raising=False)
    import run

    return run


def written(run, **more):
    return run.section("reading", SOURCE, OUTPUT, seconds=3.2, on="a machine", **more)


def test_a_section_says_what_where_and_whether_it_was_met(run):
    section = written(run)
    assert "## Reading a page: TechSum beside another (`reading.py`)\n\nOn one processor.\n" in section
    assert "a machine · 3 s · all targets met" in section
    assert "```text\nmachine, 2 cores\n```\n\n| side | ms |\n|---|---|\n| ours | 44 |\n\n```text" in section


def test_a_missed_target_is_published_with_its_figures(run):
    assert "3 s · targets missed: a share of 0.2" in written(run, missed="a share of 0.2")
    assert run.missed_target("a warning\nMISSED: a share of 0.2\n") == "a share of 0.2"


def test_a_script_ends_with_the_targets_that_it_missed(run):
    from common import finish

    finish({"20 ms": True})
    with pytest.raises(SystemExit) as ended:
        finish({"20 ms": True, "400 MB": False, "a share of 0.2": False})
    assert run.missed_target(str(ended.value)) == "400 MB, a share of 0.2"


@pytest.mark.parametrize("errors", ["", "Traceback\nAssertionError: 3", "the data is not here", "MISSED: "])
def test_what_could_not_be_measured_is_no_missed_target(run, errors):
    assert run.missed_target(errors) is None


def test_a_section_takes_its_own_place_and_no_other(run):
    typed = (
        "# Results\n\n## Old words (`reading.py`, by hand)\n\n| 1 |\n\n## Another (`library.py`)\n\nkept\n"
    )
    once = run.with_section(typed, "reading", written(run))
    assert "by hand" not in once
    assert once.endswith("## Another (`library.py`)\n\nkept\n")
    # and a second run replaces the first
    assert run.with_section(once, "reading", written(run)) == once


def test_every_script_says_what_it_measures(run):
    for path in BENCHMARKS.glob("[a-z]*.py"):
        assert path.read_text("utf-8").startswith('"""'), path.name

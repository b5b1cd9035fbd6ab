"""The `techsum` command as its users type it: in a terminal, in a pipe, with mistakes."""

import json
import os
import pty
import re
import resource
import select
import signal
import subprocess
import sys
import time

import psutil
import pytest

from support import documents
from support.forked import COMMAND as SERVER
from support.forked import Forked, run_command
from support.servers import Site, page
from support.texts import BODY, PARAGRAPHS, SAMPLE, TITLE
from support.tiny_gguf import write_gemma2
from support.waiting import until
from support.warm_kiwi import say_analyser
from techsum.cli import library, models
from techsum.cli.commands import COMMANDS

COMMAND = [sys.executable, "-m", "techsum"]


def techsum(*arguments, stdin=None, **environment):
    """Run the command; returns exit code, standard output, standard error."""
    return run_command(*arguments, stdin=stdin, **environment)


def test_key_sentences_in_a_pipe_are_plain_text():
    code, out, err = techsum("summarize", SAMPLE)
    assert (code, err) == (0, "")
    assert "땀 한 방울로 탈수를 먼저 안다" in out.splitlines()[0]
    assert "핵심 문장" in out
    assert "모델 없이" in out
    assert "\x1b" not in out


def test_commands_of_these_tests_have_their_analyser_from_the_start():
    process = Forked([], say_analyser, server=SERVER)
    assert process.communicate(60)[0].strip() == "WarmKiwi"


def test_json_is_one_object_of_the_published_shape():
    code, out, _ = techsum("summarize", SAMPLE, "--json", "--length", "short")
    said = json.loads(out)
    text = SAMPLE.read_text("utf-8")
    assert code == 0
    assert set(said) == {
        "limits",
        "next_steps",
        "glossary",
        "suggestions",
        "title",
        "line",
        "summary",
        "figures",
        "sentences",
        "notices",
        "article",
        "model",
        "coverage",
        "seconds",
        "seed",
    }
    assert set(said["article"]) == {"title", "url", "author", "published", "characters"}
    assert set(said["sentences"][0]) == {"text", "supported", "evidence", "notices"}
    assert set(said["sentences"][0]["evidence"][0]) == {"start", "end", "text"}
    assert said["summary"] == " ".join(s["text"] for s in said["sentences"])
    assert all(e["text"] in text for s in said["sentences"] for e in s["evidence"])
    assert said["model"] == "extract"


@pytest.mark.slow
def test_standard_input_a_link_and_a_document(tmp_path):
    assert TITLE in techsum("summarize", "-", stdin=f"{TITLE}\n\n{BODY}".encode())[1]
    (tmp_path / "a.hwpx").write_bytes(documents.hwpx(PARAGRAPHS, TITLE))
    assert TITLE in techsum("summarize", tmp_path / "a.hwpx")[1]
    with Site({"/a": page(documents.html(TITLE, PARAGRAPHS))}) as site:
        code, out, _ = techsum("summarize", f"{site.url}/a", TECHSUM_TEST_ONLY_ALLOW_LOOPBACK="1")
        assert code == 0
        assert f"{site.url}/a" in out
        # and without the setting for tests the same link is refused
        code, _, err = techsum("summarize", f"{site.url}/a")
        assert (code, len(err.splitlines())) == (1, 1)


def test_version_and_help():
    assert techsum("--version")[:2] == (0, "techsum 0.1.0\n")
    for arguments in ([], ["--help"], ["summarize", "--help"], ["models", "--help"], ["doctor", "--help"]):
        _, out, err = techsum(*arguments)
        assert "사용법:" in out + err


def commands():
    """Every command line that has a help page."""
    groups = {"library": library.app, "models": models.app}
    yield []
    for name in COMMANDS:
        yield [name]
    for name, group in groups.items():
        for one in group.registered_commands:
            yield [name, one.name or one.callback.__name__]


@pytest.mark.parametrize("arguments", list(commands()), ids=" ".join)
def test_help_is_in_english_alone_for_english_readers(arguments):
    code, page, _ = techsum(*arguments, "--help", TECHSUM_LANG="en", COLUMNS="200")
    assert code == 0
    # values that are typed stay what they are
    left = re.sub("문단|개조식|해요체|합니다체|한다체|쉽게|보통|전문가", "", page)
    assert not re.search("[가-힣]", left)
    assert "Usage:" in left


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["summarize", "--nope"], "없는 옵션입니다: --nope"),
        (["sumarize"], "비슷한 것: summarize"),
        (["summarize"], "빠진 인자가 있습니다: source"),
        (["summarize", "a", "b"], "쓰지 않는 인자가 있습니다: b"),
        (["summarize", "a", "--seed", "x"], "정수를 적어 주세요"),
        (["summarize", "a", "--seed"], "--seed 뒤에 값을 적어 주세요"),
        (["library", "list", "--page", "0"], "1 이상이어야 합니다"),
        (["summarize", "a", "--check", "x"], "'rules', 'model' 가운데"),
    ],
)
def test_a_senseless_command_line_is_answered_in_korean(arguments, line):
    code, out, err = techsum(*arguments)
    assert (code, out) == (2, "")
    assert line in err.splitlines()[0]
    assert len(err.splitlines()) <= 2


def test_style_and_register():
    _, out, _ = techsum("summarize", SAMPLE, "--style", "개조식")
    assert sum(line.startswith("- ") for line in out.splitlines()) >= 2
    _, out, _ = techsum("summarize", SAMPLE, "--register", "합니다체")
    assert "밝혔습니다." in out


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["summarize"], 2, "source"),
        (["summarize", SAMPLE, "--model", "gema-2-2b-it"], 2, "gemma-2-2b-it"),
        (["summarize", SAMPLE, "--length", "huge"], 2, "short, medium, long"),
        (["summarize", SAMPLE, "--style", "시조"], 2, "개조식"),
        (["summarize", SAMPLE, "--register", "반말"], 2, "해요체"),
        (["summarize", "없는파일.txt"], 1, "없습니다"),
        (["summarize", ""], 1, "비어"),
        (["summarize", SAMPLE, "--model", "gemma-2-2b-it"], 1, "techsum models pull gemma-2-2b-it"),
        (["summarize", SAMPLE, "--model", "none.gguf"], 1, "none.gguf"),
        (["summarize", SAMPLE, "--model", f"{SAMPLE.parent}/../Makefile.gguf"], 1, "모델 파일이 없습니다"),
        (["summarize", SAMPLE, "--model", "http://127.0.0.1:9/v1#m"], 1, "127.0.0.1:9"),
        (["summarize", "http://169.254.169.254/"], 1, "내부망"),
        (["models", "use", "nothing"], 2, "techsum models"),
        (["models", "pull", "nothing"], 2, "techsum models"),
        (["wrong"], 2, "wrong"),
    ],
)
def test_mistakes_get_the_right_exit_code_and_no_traceback(arguments, code, says):
    got, out, err = techsum(*arguments)
    assert got == code
    assert says in err
    assert "Traceback" not in out + err
    if code == 1:
        assert len(err.splitlines()) == 1


def test_messages_follow_the_locale():
    _, _, err = techsum("summarize", "no-such-file", TECHSUM_LANG="", LC_ALL="en_US.UTF-8")
    assert err.startswith("There is no file")
    for none in ({"LC_ALL": "C.UTF-8"}, {"LC_ALL": "", "LC_MESSAGES": "", "LANG": ""}):
        _, _, err = techsum("summarize", "no-such-file", TECHSUM_LANG="", **none)
        assert "파일이 없습니다" in err


def test_a_terminal_in_an_old_encoding_still_gets_its_summary():
    done = subprocess.run(
        [*COMMAND, "summarize", str(SAMPLE)],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "cp949"},
        check=False,
    )
    assert done.returncode == 0
    assert "핵심 문장" in done.stdout.decode("cp949")


def test_a_wrong_setting_is_one_line():
    code, _, err = techsum("summarize", SAMPLE, TECHSUM_CONTEXT="many")
    assert code == 2
    assert "TECHSUM_CONTEXT" in err
    assert len(err.splitlines()) == 1


def test_a_reader_that_goes_away_is_no_error():
    done = subprocess.run(
        f"{sys.executable} -m techsum summarize {SAMPLE} | head -c 10",
        shell=True,
        capture_output=True,
        check=False,
    )
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_analyser_of_a_command_ends_with_it(number):
    # given a command that waits for questions, and its analyser, which loads in a process of its own
    with subprocess.Popen(
        [*COMMAND, "chat", str(SAMPLE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        analysers = until(lambda: psutil.Process(process.pid).children(), 60, every=0.02, alive=process)
        # when the command is ended
        process.send_signal(number)
    # then nothing of it stays
    assert psutil.wait_procs(analysers, timeout=30)[1] == []


def test_ctrl_c_ends_quietly_and_leaves_no_half_file(tmp_path):
    # given the first run, which assembles the model into an empty cache
    process = subprocess.Popen(
        [*COMMAND, "summarize", str(SAMPLE), "--model", "gemma-3-270m-ko"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "TECHSUM_CACHE_DIR": str(tmp_path)},
        # a shell starts background jobs, and so perhaps these tests, deaf to Ctrl-C
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    while not list(tmp_path.glob("models/*")) and process.poll() is None:
        time.sleep(0.01)
    # when the user changes their mind
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    # then one line, and either the whole model or nothing
    assert process.returncode == 130
    assert err.decode().strip() == "멈췄습니다."
    left = list((tmp_path / "models").iterdir())
    assert all(p.name == "gemma-3-270m-korean.gguf" and p.stat().st_size == 116_282_080 for p in left)


@pytest.mark.parametrize(
    ("model", "needed"), [("gemma-3-270m", "253 MB"), ("gemma-3-270m-ko", "369 MB")], ids=["whole", "pruned"]
)
def test_a_disk_full_of_half_a_model_is_one_line(tmp_path, model, needed):
    # given room for 50 MB a file, less than the embedded model needs
    done = subprocess.run(
        [*COMMAND, "summarize", str(SAMPLE), "--model", model],
        capture_output=True,
        env={**os.environ, "TECHSUM_CACHE_DIR": str(tmp_path)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (50_000_000, 50_000_000)),
        check=False,
    )
    # then the key sentences are there, one line says what is missing, and no half file is left
    assert done.returncode == 1
    assert "핵심 문장" in done.stdout.decode()
    assert needed in done.stderr.decode()
    assert len(done.stderr.decode().splitlines()) == 1
    assert list((tmp_path / "models").iterdir()) == []


@pytest.mark.slow
def test_the_token_never_appears(tmp_path):
    secret = "hf_" + "z9" * 16
    (tmp_path / "x").mkdir()
    for arguments in (
        ["doctor"],
        ["models"],
        ["summarize", SAMPLE, "--json"],
        ["summarize", SAMPLE, "--model", f"hf:{tmp_path}/none"],
    ):
        _, out, err = techsum(*arguments, HF_TOKEN=secret, HF_HUB_OFFLINE="1", TECHSUM_DEBUG="")
        assert secret not in out + err


def test_models_lists_what_is_here_and_what_auto_means(tmp_path):
    (tmp_path / "models").mkdir()
    write_gemma2(tmp_path / "models" / "mine.gguf")
    where = {
        "TECHSUM_CACHE_DIR": str(tmp_path),
        "TECHSUM_CONFIG_DIR": str(tmp_path / "config"),
        "TECHSUM_MODEL": "auto",
        "COLUMNS": "120",
    }
    code, out, _ = techsum("models", **where)
    assert code == 0
    assert all(name in out for name in ("extract", "gemma-3-270m", "gemma-2-2b-it", "gemma-3-1b-it", "mine"))
    assert "`--model auto`는 extract" in out
    # when one is chosen, auto means it, in another process too
    assert "mine" in techsum("models", "use", "mine", **where)[1]
    assert "`--model auto`는 mine" in techsum("models", **where)[1]
    assert "extract" in techsum("models", "use", "auto", **where)[1]


@pytest.mark.slow
def test_doctor_finds_this_machine_sound():
    code, out, _ = techsum("doctor", COLUMNS="140")
    assert code == 0
    assert "✗" not in out
    assert re.search(r"gemma-3-270m-ko: 입력 \d+ 토큰/초, 출력 \d+ 토큰/초", out)
    assert re.search(r"\d+ 문장/초", out)


def test_what_to_install_is_shown_in_full(tmp_path):
    from techsum.cli.terminal import make_console

    console = make_console()
    with console.capture() as shown:
        console.print("pip install 'techsum[train]' [/x]")
    assert "'techsum[train]' [/x]" in shown.get()
    assert techsum("models", "pull", "extract")[0] == 0
    # a default that is a file is kept by its full path
    where = {"TECHSUM_CONFIG_DIR": str(tmp_path / "config")}
    write_gemma2(tmp_path / "x.gguf")
    done = subprocess.run(
        [*COMMAND, "models", "use", "x.gguf"],
        cwd=tmp_path,
        env={**os.environ, **where},
        check=False,
        capture_output=True,
    )
    assert done.returncode == 0
    assert str(tmp_path / "x.gguf") in (tmp_path / "config" / "default-model.json").read_text()


def test_doctor_says_what_is_wrong(tmp_path):
    (tmp_path / "file").write_text("")
    code, out, _ = techsum("doctor", TECHSUM_CACHE_DIR=str(tmp_path / "file"), COLUMNS="140")
    assert code == 1
    assert "✗" in out


def in_terminal(*arguments, columns=80):
    """Run the command in a pseudo-terminal; returns exit code and everything it drew."""
    pid, screen = pty.fork()
    if pid == 0:
        os.environ.update(COLUMNS=str(columns), LINES="40", TERM="xterm-256color", LC_ALL="C.UTF-8")
        os.execv(COMMAND[0], [*COMMAND, *map(str, arguments)])
    drawn, first, began = b"", None, time.monotonic()
    while True:
        ready, _, _ = select.select([screen], [], [], 120)
        try:
            data = os.read(screen, 65536) if ready else b""
        except OSError:
            data = b""
        if not data:
            break
        drawn += data
        if first is None and "핵심 문장".encode() in drawn:
            first = time.monotonic() - began
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), drawn.decode(), first


@pytest.mark.slow
def test_a_terminal_shows_key_sentences_first_then_the_model_writing():
    code, drawn, first = in_terminal("summarize", SAMPLE, "--model", "gemma-3-270m", "--guide")
    assert code == 0
    order = [
        drawn.index(mark) for mark in ("핵심 문장", "gemma-3-270m 모델이 쓴 글", "알림", "다음에 해 볼 것")
    ]
    assert order == sorted(order)
    # the growing sentence was drawn before it was finished
    assert drawn.index("한빛대 생체계측연구실") < order[1]
    assert first < 10
    assert "Traceback" not in drawn


def test_importing_is_fast_and_loads_nothing_heavy():
    code = "import sys, techsum; print([m for m in ('torch', 'kiwipiepy', 'xllamacpp', 'trafilatura', 'transformers') if m in sys.modules])"
    began = time.perf_counter()
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    assert out.strip() == b"[]"
    assert time.perf_counter() - began < 2


def test_summarising_never_imports_torch():
    code = f"import sys, techsum; techsum.summarize({BODY!r}, 'extract'); print('torch' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout.strip()
        == b"False"
    )


def test_a_command_imports_what_it_needs_alone():
    # given the command line in a process of its own
    script = (
        "import sys; from techsum.cli import run; sys.argv[1:] = ['--version']; run(); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    # when it says its version, then nothing heavy was imported
    heavy = {
        "torch",
        "transformers",
        "numpy",
        "httpx",
        "sqlalchemy",
        "fastapi",
        "pydantic_settings",
        "kiwipiepy",
    }
    assert not heavy & set(done.stdout.split())

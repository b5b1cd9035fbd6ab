"""Settings: environment, `.env`, defaults; secrets stay inside."""

import pytest

from techsum.errors import UsageError
from techsum.settings import cpu_quota, hub, loopback_allowed, settings


@pytest.mark.parametrize("name", ["HF_TOKEN", "HUGGINGFACE_TOKEN"])
@pytest.mark.parametrize("where", ["environment", ".env"])
def test_the_hub_token_comes_from_either_name_and_place(name, where, configure, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    secret = "hf_" + "q7" * 16
    if where == ".env":
        (tmp_path / ".env").write_text(f"{name}={secret}\n", "utf-8")
        configure()
    else:
        configure(**{name: secret})
    assert settings().hub_token.get_secret_value() == secret
    assert secret not in repr(settings()) + str(settings().model_dump())


def test_the_environment_wins_over_the_file(configure, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("TECHSUM_CONTEXT=2048\nOTHER=1\n", "utf-8")
    configure()
    assert settings().context == 2048
    configure(context="4096")
    assert settings().context == 4096


@pytest.mark.parametrize(("name", "value"), [("context", "many"), ("threads", "0"), ("fetch_seconds", "-1")])
def test_a_wrong_value_names_its_variable(name, value, configure):
    configure(**{name: value})
    with pytest.raises(UsageError) as refused:
        settings()
    assert f"TECHSUM_{name.upper()}" in str(refused.value)


def test_an_env_file_in_another_encoding_is_one_line(configure, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes("# 설정\n".encode("cp949"))
    configure()
    with pytest.raises(UsageError) as refused:
        settings()
    assert ".env" in str(refused.value)


def test_a_folders_env_file_cannot_weaken_the_guard(configure, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("TECHSUM_TEST_ONLY_ALLOW_LOOPBACK=1\nHF_ENDPOINT=http://evil.example\n")
    configure()
    assert not loopback_allowed()
    assert hub() == "https://huggingface.co"


def test_a_containers_share_of_processors_is_found(tmp_path):
    # given a group with two processors' time, whose own group has no limit
    (tmp_path / "pod" / "web").mkdir(parents=True)
    (tmp_path / "pod" / "cpu.max").write_text("200000 100000\n")
    (tmp_path / "pod" / "web" / "cpu.max").write_text("max 100000\n")
    own = tmp_path / "cgroup"
    own.write_text("0::/pod/web\n")
    assert cpu_quota(tmp_path, own) == 2.0
    # in a container the group is the root of what it sees
    own.write_text("0::/\n")
    (tmp_path / "cpu.max").write_text("150000 100000\n")
    assert cpu_quota(tmp_path, own) == 1.5


def test_without_control_groups_there_is_no_limit(tmp_path):
    assert cpu_quota(tmp_path, tmp_path / "none") is None

"""How fast a model is on this machine: measured where it ran, estimated where the embedded one did."""

import pytest

from techsum.generators.hub_models import HUB_MODELS
from techsum.generators.model_ref import EXTRACT
from techsum.generators.models import EMBEDDED, TUNED, names, skills
from techsum.generators.speeds import Speed, keep_speed, speed_of


@pytest.fixture
def cache(configure, tmp_path):
    configure(cache_dir=tmp_path / "cache")
    return tmp_path / "cache"


def test_nothing_is_known_before_a_measurement(cache):
    assert all(speed_of(name) is None for name in names())


def test_what_ran_here_is_told_as_measured(cache):
    keep_speed("gemma-3-4b-it", Speed(40.0, 6.0))
    assert speed_of("gemma-3-4b-it") == Speed(40.0, 6.0)


@pytest.mark.parametrize(("measured", "other", "written"), [(EMBEDDED, TUNED, 50), (TUNED, EMBEDDED, 75)])
def test_others_are_estimated_from_the_embedded_model(cache, measured, other, written):
    # given one of the two, of which the tuned one writes half as fast again
    keep_speed(measured, Speed(400.0, written))
    # then all others are estimated, that it was tuned from among them
    assert speed_of(measured) == Speed(400.0, written)
    assert speed_of(other) == Speed(400.0, 125 - written, estimated=True)
    for name, model in HUB_MODELS.items():
        assert speed_of(name) == Speed(400 * model.speed[0], 50 * model.speed[1], estimated=True)
    assert speed_of("owner--unknown") is None


def test_larger_models_are_estimated_slower(cache):
    keep_speed(EMBEDDED, Speed(400.0, 50.0))
    sizes = sorted((model.memory, -speed_of(name).written) for name, model in HUB_MODELS.items())
    assert sizes == sorted(sizes, key=lambda one: one[1])


@pytest.mark.parametrize("content", ["", "[]", '{"gemma-3-270m": 3}', '{"gemma-3-270m": ["a", 1]}', "\x00"])
def test_a_spoiled_file_is_nothing_known(cache, content):
    cache.mkdir()
    (cache / "speeds.json").write_text(content)
    assert speed_of(EMBEDDED) is None
    keep_speed(EMBEDDED, Speed(1.0, 1.0))
    assert speed_of(EMBEDDED) == Speed(1.0, 1.0)


def test_models_say_only_what_they_can():
    assert "korean" in skills("gemma-4-e2b-it")
    assert "korean" not in skills("gemma-3-1b-it")
    assert skills(EXTRACT) == ("summary", "chat")
    assert "difficulty" not in skills(TUNED)

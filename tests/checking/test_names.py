"""Names that the article lacks, or has in another script."""

import pytest

from support.texts import BODY, TITLE
from techsum.checking import Checker
from techsum.checking.names import Names, sounds
from techsum.contracts.article import Article
from techsum.korean import tokens


def doubted(sentence, text=BODY, title=TITLE):
    checked = Checker(Article(text).sentences, title).check(sentence)
    return [sentence[slice(*n.span)] for n in checked.notices if n.kind == "name"]


def test_a_name_of_the_article_stands_with_any_particle():
    for name in ("한물연구소는", "한물연구소가", "한물연구소에서도", "오하람 박사는"):
        assert doubted(f"{name} 소금물 저장 장치를 태양광 발전소에 연결했다.") == []


def test_a_name_that_the_article_lacks_is_doubted():
    assert doubted("삼성전자는 소금물을 쓰는 저장 장치를 섬의 태양광 발전소에 연결했다.") == ["삼성전자"]
    assert doubted("NASA는 소금물을 쓰는 저장 장치를 섬의 태양광 발전소에 연결했다.") == ["NASA"]


@pytest.mark.parametrize(
    ("article", "name"),
    [
        ("엔비디아는 칩을 판다", "NVIDIA"),
        ("NVIDIA sells chips", "엔비디아"),
        ("마이크로소프트의 창", "Microsoft"),
        ("Microsoft Windows", "마이크로소프트"),
        ("한국 과학 기술원", "한국과학기술원"),
        ("그레그 J. 레너드", "레너드"),
        ("Wi-Fi 7", "WiFi"),
        ("발트 지역", "발트해"),
    ],
)
def test_names_are_matched_across_scripts_and_spaces(article, name):
    assert Names(article).has(name)


@pytest.mark.parametrize(
    ("article", "name"),
    [
        ("구글은 검색을 한다", "Apple"),
        ("오하람 박사", "오하준"),
        ("NASA의 탐사선", "네이버"),
        ("엔비디아", "인텔"),
    ],
)
def test_other_names_are_other_names(article, name):
    assert not Names(article).has(name)


def test_a_gloss_in_parentheses_is_not_checked():
    assert doubted("소금물 저장 장치(salt-water Battery)를 태양광 발전소에 연결했다.") == []


def test_a_name_of_another_sentence_is_in_the_wrong_place():
    text = (
        "부산의 한바다연구소는 파도로 전기를 만드는 부표를 개발해 시험하고 있다. "
        "광주의 새빛대학교는 햇빛으로 물을 나누는 촉매를 찾아냈다고 밝혔다. 두 기관은 서로 돕기로 했다."
    )
    assert doubted("부산의 한바다연구소는 파도로 전기를 만드는 부표를 개발했다.", text, "") == []
    assert doubted("광주는 파도로 전기를 만드는 부표를 개발해 시험하고 있다.", text, "") == ["광주"]


def test_sounds_are_the_same_in_both_scripts():
    assert sounds("구글") == sounds("Google")
    assert sounds("") == ""
    assert len(list(tokens("NVIDIA"))) >= 1


PARTY = "통합진보당 이정희 후보가 경선과정 조작논란에 휩싸였다. 통합진보당은 두 달 뒤에 다시 뽑기로 했다."


def test_a_compound_name_with_one_syllable_changed_is_doubted():
    assert doubted("통일진보당 이정희 후보가 조작논란에 휩싸였다.", PARTY, "") == ["통일진보당"]


@pytest.mark.parametrize(
    "said", ["통합진보당 이정희 후보가 조작논란에 휩싸였다.", "진보당은 두 달 뒤에 다시 뽑기로 했다."]
)
def test_a_compound_name_as_the_article_has_it_stands(said):
    assert doubted(said, PARTY, "") == []

"""Numbers that follow from an article's numbers are right; numbers that do not are found."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from techsum.checking import Checker
from techsum.checking.derived import amounts, follows
from techsum.contracts.article import Article


def doubted(article, claim):
    """What is doubted of the numbers in a claim about a one-sentence article."""
    checked = Checker(Article(article).sentences).check(claim)
    return [dict(n.values)["found"] for n in checked.notices if n.kind in ("number", "unit")]


@pytest.mark.parametrize(
    ("article", "claim"),
    [
        ("폭은 절반으로 줄었다.", "폭은 50%쯤으로 줄었다."),
        ("능력은 실리콘의 8분의 1에 그친다.", "능력은 실리콘의 12.5%에 그친다."),
        ("먹이의 74%는 물고기였다.", "먹이의 4분의 3 가까이가 물고기였다."),
        ("환자가 9할을 낸다.", "환자가 90%를 낸다."),
        ("주사하면 열에 아홉은 간으로 간다.", "주사하면 약 90%가 간으로 간다."),
        ("결함은 3.1%였다.", "결함은 100개 중 세 개꼴이었다."),
        ("24명 중 9명은 엇갈렸다.", "24명 가운데 37.5%는 엇갈렸다."),
        ("소리는 2.5㎑로 들린다.", "소리는 2,500헤르츠로 들린다."),
        ("시험은 3주 동안 이어졌다.", "시험은 21일 동안 이어졌다."),
        ("묘목을 14개월 키웠다.", "묘목을 1년 2개월 동안 키웠다."),
        ("가열은 90분 동안 한다.", "가열은 한 시간 반 동안 한다."),
        ("진물과 만나면 사흘에 걸쳐 나온다.", "진물과 만나면 72시간에 걸쳐 나온다."),
        ("온도를 94℃에서 83℃로 낮췄다.", "온도가 11℃ 낮아졌다."),
        ("비율은 7%에서 21%로 늘었다.", "비율이 세 배로 늘었다."),
        ("초기 효율의 92%를 지켰다.", "효율이 처음보다 8%만 낮아졌다."),
        ("자료가 하루에 1.8TB 쌓인다.", "자료가 하루에 2테라바이트 가까이 쌓인다."),
        ("비용은 약 210만 원이었다.", "비용은 2백만 원 넘게 들었다."),
        ("예측에 걸리는 시간은 38초다.", "예측에 1분이 채 걸리지 않는다."),
    ],
)
def test_a_number_told_in_another_way_is_no_other_number(article, claim):
    assert doubted(article, claim) == []


@pytest.mark.parametrize(
    ("article", "claim", "number"),
    [
        ("폭은 절반으로 줄었다.", "폭은 30%로 줄었다.", "30%"),
        ("능력은 실리콘의 8분의 1에 그친다.", "능력은 실리콘의 4분의 1에 그친다.", "4분의 1"),
        ("시험은 3주 동안 이어졌다.", "시험은 24일 동안 이어졌다.", "24일"),
        ("값은 보통의 1.6배다.", "값은 보통의 두 배를 웃돈다.", "두 배"),
        ("자료가 하루에 1.8TB 쌓인다.", "자료가 하루에 5테라바이트 가까이 쌓인다.", "5테라바이트"),
        ("용량은 240킬로와트시다.", "용량은 241킬로와트시다.", "241킬로와트시"),
        ("1962년에 처음 시험되었다.", "1932년에 처음 시험되었다.", "1932년"),
        ("비율이 3% 올랐다.", "비율이 3%p 올랐다.", "3%p"),
        ("65가구 중 24가구가 답했다.", "65가구 중 25가구가 답했다.", "65가구 중 25가구"),
    ],
)
def test_a_number_that_does_not_follow_is_doubted(article, claim, number):
    assert doubted(article, claim) == [number]


@given(st.integers(2, 40), st.integers(1, 39))
def test_a_share_follows_from_its_two_counts(whole, part):
    part = part % whole or 1
    (share,) = amounts(f"{part / whole:.1%}")
    counts = amounts(f"{whole}명 가운데 {part}명")
    assert follows(share, counts, "비율은 얼마였다")


@given(
    st.text(
        alphabet="0123456789,.만억조천백 분의절반할배%명개시간일열에둘하루반월년약넘가까이채중", max_size=40
    )
)
def test_amounts_stand_in_their_text_and_do_not_overlap(text):
    found = amounts(text)
    assert all(0 <= a.start < a.end <= len(text) for a in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert all(a.low <= a.value <= a.high for a in found)

"""A shortened sentence leaves something out, and says nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from techsum.checking.shortening import keeps_meaning

SHARES = "구리만 쓴 전극에서는 51%, 코발트만 쓴 전극에서는 37%가 쓰였으나 새 전극에서는 88%였다."
HEAT = "암모니아는 400℃가 넘는 고온에서 만들어 세계 에너지의 1% 이상을 쓴다."
HANDS = "조직을 제자리에 돌려놓는 데 쓴 시간은 이름 조가 25분, 번호 조가 16분이었다."


@pytest.mark.parametrize(
    ("shorter", "original"),
    [
        (
            "관에 돌이 끼지 않아 아낀 청소비가 1억 2,000만 원이었다.",
            "관에 돌이 끼지 않아 아낀 청소비가 한 해 1억 2,000만 원이었다.",
        ),
        (
            "128KB보다 작은 파일이 많아 요금이 컸다.",
            "128KB보다 작은 파일이 많아 파일마다 붙는 요금이 컸던 탓이다.",
        ),
        ("가스 사용량을 31% 줄였다.", "조합은 폐열 난방으로 가스 사용량을 31% 줄였다고 22일 발표했다."),
        ("암모니아는 세계 에너지의 1% 이상을 쓴다.", HEAT),
        (
            "밤새 향을 켜 두면 효과가 사라질 수 있다.",
            "밤새 향을 켜 두면 코가 익숙해져 효과가 사라질 수 있다.",
        ),
    ],
)
def test_leaving_out_keeps_the_meaning(shorter, original):
    assert keeps_meaning(shorter, original)


@pytest.mark.parametrize(
    ("shorter", "original"),
    [
        ("구리만 쓴 전극에서는 37%가 쓰였으나 새 전극에서는 88%였다.", SHARES),
        ("암모니아는 400℃가 넘는 고온에서 1% 이상 쓴다.", HEAT),
        ("시간은 이름 조가 25분으로, 번호 조가 16분으로 짧았다.", HANDS),
        ("시간은 이름 조가 25분, 번호 조가 19분이었다.", HANDS),
        ("공감 점수는 5점에 0.3로 작았다.", "공감 점수의 차이는 5점에 0.3점으로 작았다."),
        ("쇠고기는 쇠고기에서 나온 쇠고기다.", "쇠고기는 소에서 나온 고기다."),
        ("이름 조가 제자리에 조직을 쓴 시간은 번호 조다.", HANDS),
        ("", HANDS),
        ("강제력이 없으면 밝혔다는 증거가 된다.", "강제력이 없지만 밝혔다는 증거가 된다."),
        ("강한 전파를 내뿜는 천체가 발견됐다.", "78분마다 강한 전파를 내뿜는 천체가 발견됐다."),
        ("원고가 482만 원을 지급한다.", "피고 을은 원고에게 482만 원을 지급한다."),
        ("기능이 더한 뒤 날짜를 바꿔 가며 시험했다.", "기능을 더한 뒤 날짜를 바꿔 가며 시험했다."),
        (
            "많이 쓰는 아이의 뇌가 더 빨리 얇아져야 한다.",
            "많이 쓰는 아이의 뇌가 더 빨리 얇아져야 하는데 그렇지 않았다.",
        ),
        ("1.5t이 넘어 바닥이 견디지 못한다.", "기름을 채운 통은 1.5t이 넘어 바닥이 견디지 못한다."),
        ("타지 마시고 나사를 조이세요.", "손잡이가 흔들리면 타지 마시고 나사를 조이세요."),
        ("약제를 두 번로 나눠 썼다.", "약제를 두 번으로 나눠 썼다."),
        ("소재연구원 박사는 합금을 개발했다.", "소재연구원 소이담 박사팀은 합금을 개발했다."),
        ("11시 이후의 수면을 48분 줄였다.", "11시 이후의 사용은 수면을 48분 줄였다."),
        ("합금은 인장강도 1,480㎫로 늘어났다.", "합금은 인장강도 1,480㎫, 늘어나는 비율 58%를 보였다."),
        (
            "지연이 길면 되감는 폭이 커지기 때문이다.",
            "지연이 길면 되감는 폭이 커져 상대가 튀는 것처럼 보인다.",
        ),
    ],
)
def test_what_says_something_else_is_refused(shorter, original):
    assert not keeps_meaning(shorter, original)


def test_a_pronoun_may_become_the_titles_subject():
    assert keeps_meaning(
        "투명 필름은 냉방 전력을 23% 줄였다.", "이것은 한여름 냉방 전력을 23% 줄였다.", "투명 필름 나왔다"
    )


@given(st.sampled_from([SHARES, HEAT, HANDS]))
def test_a_sentence_keeps_its_own_meaning(sentence):
    assert keeps_meaning(sentence, sentence)

"""Sentences where Kiwi alone parts them wrongly."""

import pytest

from techsum import korean

WHOLE = (
    "가상건설(이하 ‘계약자’라 합니다)과 한빛군(이하 ‘발주자’라 합니다)은 계약을 맺었다.",
    "누가 이 일을 해 줄까 걱정이다.",
    "회사는 3분기(7∼9월. 잠정치) 매출이 늘었다고 밝혔다.",
    "회사는 3분기(7∼9월. 추정) 매출이 늘었다고 밝혔다.",
    "계약은 2020. 3. 11. 체결됐다.",
    "소금의 비율은 0.1%의 물보다 낮다.",
    "그는 “전기가 나온다. 놀라운 일이다.”라고 말했다.",
    "논문은 No. 1 저널에 실렸다.",
)


@pytest.mark.parametrize("sentence", WHOLE)
def test_a_sentence_with_stops_inside_stays_whole(sentence):
    text = f"{sentence} 다음 문장은 따로 있다."
    assert [s.text for s in korean.sentences(text)] == [sentence, "다음 문장은 따로 있다."]


def test_sentences_part_where_the_space_is_missing():
    found = [s.text for s in korean.sentences("전기를 만들었다.그러나 값이 비싸다.")]
    assert found == ["전기를 만들었다.", "그러나 값이 비싸다."]


def test_numbered_items_are_sentences_of_their_own():
    found = [s.text for s in korean.sentences("① 막을 씻는다. ② 말린다. ③ 다시 쓴다.")]
    assert found == ["① 막을 씻는다.", "② 말린다.", "③ 다시 쓴다."]


@pytest.mark.parametrize(
    "text",
    ["소금물을 담아 두고 전기를 꺼내 쓰며 " * 120, "소금물을담아두고전기를꺼내쓰며" * 160, "가" * 2500],
)
def test_a_text_without_full_stops_is_cut_at_clauses(text):
    found = list(korean.sentences(text))
    assert len(found) > 1
    assert all(s.text == text[s.start : s.end] and len(s.text) <= 600 for s in found)
    assert "".join("".join(s.text.split()) for s in found) == "".join(text.split())


def test_paragraphs_in_other_languages_are_split_by_their_marks():
    text = "소금물을 담았다. 불이 붙지 않는다.\n\nDr. Oh built it in March. It stores 2.4 MWh, e.g. for a night. Why?"
    assert [s.text for s in korean.sentences(text)] == [
        "소금물을 담았다.",
        "불이 붙지 않는다.",
        "Dr. Oh built it in March.",
        "It stores 2.4 MWh, e.g. for a night.",
        "Why?",
    ]

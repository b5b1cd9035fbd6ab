"""The pages, the API, the library and the chat."""

TEXTS: dict[str, tuple[str, str]] = {
    # -- questions ------------------------------------------------------------------------------------
    "answer_not_said": ("본문에 없는 내용입니다.", "The article does not say."),
    "question_empty": (
        "질문이 비어 있습니다. 글에 대해 궁금한 것을 적어 주세요.",
        "There is no question. Ask something about the article.",
    ),
    "question_long": (
        "질문은 {limit}자까지입니다. 더 짧게 물어봐 주세요.",
        "A question may have {limit} characters. Ask more briefly.",
    ),
    "reason_not_said": ("본문에 없음", "not in the article"),
}

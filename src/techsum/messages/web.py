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
    # -- the library ----------------------------------------------------------------------------------
    "library_closed": (
        "보관함을 열 수 없습니다 ({reason}). TECHSUM_DATABASE_URL과 TECHSUM_DATA_DIR을 확인해 주세요.",
        "The library cannot be opened ({reason}). Check TECHSUM_DATABASE_URL and TECHSUM_DATA_DIR.",
    ),
    "library_unwritable": (
        "보관함에 쓸 수 없습니다 ({reason}). 빈 디스크 공간과 쓰기 권한을 확인하고 다시 시도해 주세요.",
        "The library cannot be written ({reason}). Check free disk space and permissions, then try again.",
    ),
}

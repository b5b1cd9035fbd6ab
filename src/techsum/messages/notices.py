"""What the reader must know about a summary, and about one of its sentences."""

TEXTS: dict[str, tuple[str, str]] = {
    "coverage_whole": ("본문 전체를 읽음", "whole article read"),
    "coverage_part": ("본문의 {percent}%를 읽음", "{percent}% of the article read"),
    "notice_stopped": ("멈춤. 여기까지 쓴 글입니다.", "Stopped. This is what was written so far."),
    "heading_figures": ("수치", "Figures"),
    "heading_limits": ("한계", "Limits"),
    "heading_glossary": ("용어 풀이", "Terms explained"),
    "heading_next_steps": ("다음 단계", "Next step"),
    "notice_fallback": (
        "모델이 쓴 글이 기준에 못 미쳐({reason}) 본문에서 뽑은 문장으로 대신했습니다.",
        "The model's text was not good enough ({reason}); sentences from the article stand in its place.",
    ),
    "notice_dropped": (
        "모델이 쓴 문장 {count}개를 뺐습니다 ({reason}).",
        "{count} sentence(s) of the model were left out ({reason}).",
    ),
    "notice_parts_extracted": (
        "{total}부분 가운데 {count}부분은 모델이 요약하지 못해 본문에서 뽑은 문장을 썼습니다.",
        "{count} of {total} parts could not be summarised by the model; sentences from the article stand for them.",
    ),
    "notice_experimental": (
        "'{model}' 모델은 요약을 따로 배우지 않은 바탕 모델입니다. 위의 핵심 문장과 견주어 읽어 주세요.",
        "'{model}' is a base model that was never taught to summarise. Read it beside the key sentences above.",
    ),
    "notice_adapter_fallback": (
        "사이언스타임즈 전용 규칙으로 본문을 찾지 못해 일반 추출로 읽었습니다. 빠진 부분이 있을 수 있습니다.",
        "The ScienceTimes rules found no body, so the general extractor read the page. Parts may be missing.",
    ),
    "notice_deep_html": (
        "이 페이지는 태그가 너무 깊게 겹쳐 있어 일부 글이 빠졌을 수 있습니다.",
        "This page nests its tags so deeply that some text may be missing.",
    ),
    "notice_encoding": (
        "글자 부호화를 {encoding}(으)로 짐작해 읽었습니다. 글자가 깨졌다면 UTF-8로 저장해 주세요.",
        "The encoding was guessed to be {encoding}. If characters look wrong, save the file as UTF-8.",
    ),
    "notice_pages_without_text": (
        "{total}쪽 가운데 {count}쪽에는 글자 정보가 없어 읽지 못했습니다.",
        "{count} of {total} pages hold no characters and were not read.",
    ),
    "notice_not_korean": (
        "이 글은 한국어가 아닌 것 같습니다. 핵심 문장은 원문 그대로입니다.",
        "This text does not seem to be Korean. Key sentences are in the original language.",
    ),
    "notice_translated": (
        "'{model}' 모델이 외국어 글을 읽고 한국어로 요약했습니다. 근거는 모델이 밝힌 원문 문장입니다. 규칙으로는 숫자와 로마자 이름만 견주었으니 나머지는 근거와 함께 읽어 주세요.",
        "'{model}' read the article in its language. Evidence is what it cites; rules compare numbers and Latin names alone: read the rest beside it.",
    ),
    "notice_other_language": (
        "글과 요약의 언어가 달라 숫자와 로마자 이름만 견주었습니다.",
        "Article and summary are in different languages: only numbers and Latin names were compared.",
    ),
    "notice_no_translation": (
        "한국어로 요약하려면 외국어를 읽을 수 있는 모델이 필요합니다: {model}",
        "A Korean summary needs a model that reads other languages: {model}",
    ),
    "notice_no_difficulty": (
        "지금 모델은 난이도를 바꾸지 못합니다. 바꿀 수 있는 모델: {model}",
        "This model cannot write for other readers. One that can: {model}",
    ),
    "notice_marked": (
        "표시된 문장 {count}개는 본문과 견주어 읽어 주세요.",
        "Read the {count} marked sentence(s) beside the article.",
    ),
    "notice_replaced": (
        "본문과 맞지 않는 문장 {count}개를 가장 가까운 본문 문장으로 바꿨습니다.",
        "{count} sentence(s) that the article does not bear out gave way to its nearest sentences.",
    ),
    "notice_number": (
        "본문의 이 대목에는 '{found}'이(가) 없습니다.",
        "The article does not have '{found}' here.",
    ),
    "notice_unit": (
        "'{found}': 본문에는 이 수가 다른 단위로 나옵니다.",
        "'{found}': the article has this number with another unit.",
    ),
    "notice_name": (
        "본문의 이 대목에는 '{found}'이(가) 없습니다.",
        "The article does not have '{found}' here.",
    ),
    "notice_negation": (
        "'{found}': 본문은 반대로 말합니다.",
        "'{found}': the article says the opposite.",
    ),
    "notice_contradicted": (
        "'{found}': 본문과 다르게 말하는 것 같습니다.",
        "'{found}': the article seems to say otherwise.",
    ),
    "notice_absent": (
        "본문만으로는 알 수 없는 내용인 것 같습니다.",
        "The article does not seem to say this.",
    ),
    "notice_rules_only": (
        "규칙으로만 견주었습니다 ({reason}).",
        "Compared by rules alone ({reason}).",
    ),
    "reason_no_verifier": ("판정 모델을 불러오지 못함", "the verifier could not be loaded"),
    "notice_unsupported": (
        "본문에서 근거를 찾지 못했습니다.",
        "The article does not support this.",
    ),
    "reason_part": ("이 부분을 다 읽음", "this part has been read"),
    "reason_empty": ("아무것도 쓰지 않음", "it wrote nothing"),
    "reason_context": ("모델이 한 번에 볼 수 있는 길이가 너무 짧음", "the model sees too little at once"),
    "reason_short": ("너무 짧음", "it is too short"),
    "reason_loop": ("같은 말을 되풀이함", "it repeats itself"),
    "reason_script": ("본문에 없는 문자를 씀", "it uses a script that the article lacks"),
    "reason_unfinished": ("문장을 끝맺지 못함", "it left its sentence unfinished"),
    "reason_unsupported": ("본문에 근거가 없거나 본문과 다름", "the article does not bear it out"),
    "reason_not_korean": ("한국어로 쓰지 않음", "it is not in Korean"),
    "reason_points_ahead": ("뒤에 없는 목록을 예고함", "it announces a list that does not follow"),
    "reason_repeats_title": ("제목만 되풀이함", "it only repeats the title"),
}

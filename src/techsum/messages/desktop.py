"""The Flet app."""

TEXTS: dict[str, tuple[str, str]] = {
    "desktop_no_server": (
        "{server}에 연결할 수 없습니다. 설정에서 서버 주소를 확인하거나 그 서버를 켜 주세요.",
        "There is no answer from {server}. Check the server's address under Settings, or start that server.",
    ),
    "desktop_not_techsum": (
        "{server}은 TechSum 서버가 아닙니다. 설정에서 서버 주소를 확인해 주세요.",
        "{server} is no TechSum server. Check the server's address under Settings.",
    ),
    "desktop_server_says": ("{message}", "{message}"),
    "desktop_local_failed": (
        "이 컴퓨터의 TechSum 서버를 켜지 못했습니다 ({reason}). techsum serve를 직접 켜고 TECHSUM_SERVER에 그 주소를 적어 주세요.",
        "The server on this machine did not start ({reason}). Start techsum serve yourself and put its address into TECHSUM_SERVER.",
    ),
    "desktop_opened": (
        "TechSum을 엽니다 (서버 {server}). 창을 닫거나 Ctrl-C를 누르면 끝납니다.",
        "TechSum opens (server {server}). Close the window or press Ctrl-C to end it.",
    ),
    "desktop_opened_web": (
        "TechSum: {url} (서버 {server}). Ctrl-C를 누르면 끝납니다.",
        "TechSum: {url} (server {server}). Ctrl-C ends it.",
    ),
    "desktop_app": ("요약", "Summary"),
    "desktop_saved": ("보관함", "Library"),
    "desktop_guide": ("안내", "Guide"),
    "desktop_settings": ("설정", "Settings"),
    "desktop_link_label": ("기사 링크", "Article link"),
    "desktop_link_hint": ("https://www.sciencetimes.co.kr/…", "https://www.sciencetimes.co.kr/…"),
    "desktop_text_label": ("글 (100자 이상)", "Text (100 characters or more)"),
    "desktop_text_hint": ("요약할 글을 붙여 넣으세요", "Paste the text to summarise"),
    "desktop_count": ("{count}자", "{count} characters"),
    "desktop_link_missing": (
        "링크를 입력해 주세요. http:// 또는 https://로 시작합니다.",
        "Enter a link. It begins with http:// or https://.",
    ),
    "desktop_text_short": (
        "글이 너무 짧습니다 ({count}자). 100자 이상 입력해 주세요.",
        "The text is too short ({count} characters). Enter 100 characters or more.",
    ),
    "desktop_file": ("파일 선택", "Choose a file"),
    "desktop_file_large": (
        "파일이 너무 큽니다 ({megabytes}MB). {limit}MB까지 읽습니다. 필요한 쪽만 담은 파일을 골라 주세요.",
        "The file is too large ({megabytes} MB). Up to {limit} MB are read. Choose a file with the needed pages only.",
    ),
    "desktop_file_lost": (
        "파일을 받지 못했습니다. 다시 골라 주세요.",
        "The file did not arrive. Choose it again.",
    ),
    "desktop_stopping": ("멈추는 중…", "Stopping…"),
    "desktop_queue": (
        "앞선 요약을 기다리는 중입니다 ({position}번째).",
        "Waiting for other summaries (number {position} in line).",
    ),
    "desktop_facts": (
        "{coverage} · {model} · {seconds:.1f}초",
        "{coverage} · {model} · {seconds:.1f} s",
    ),
    "desktop_evidence": ("본문 근거: {text}", "In the article: {text}"),
    "desktop_doubt": ("살펴보세요: {text}", "Look at this: {text}"),
    "desktop_question": ("질문: {text}", "Question: {text}"),
    "desktop_delete_named": ("‘{title}’ 삭제", "Delete ‘{title}’"),
    "desktop_correct": ("고치기", "Edit"),
    "desktop_keep": ("취소", "Cancel"),
    "desktop_clear": ("검색어 지우기", "Clear the search"),
    "desktop_server": ("서버 주소", "Server address"),
    "desktop_server_go": ("이 서버로", "Use this server"),
    "desktop_server_now": ("연결됨: {server}", "Connected: {server}"),
    "desktop_server_invalid": (
        "서버 주소는 http://이나 https://로 시작합니다. 예: http://127.0.0.1:8765",
        "A server's address begins with http:// or https://, for example http://127.0.0.1:8765",
    ),
    "desktop_language": ("언어", "Language"),
    "desktop_theme": ("화면 밝기", "Appearance"),
    "desktop_theme_system": ("기기 설정대로", "As the device"),
    "desktop_theme_light": ("밝게", "Light"),
    "desktop_theme_dark": ("어둡게", "Dark"),
    "desktop_guide_settings": (
        "‘설정’에서 길이, 형식, 말투, 난이도, 모델, 언어, 화면 밝기를 고릅니다. 고른 것은 이 기기에 남습니다.",
        "Length, style, endings, difficulty, model, language and appearance are chosen under Settings, and kept on this device.",
    ),
}

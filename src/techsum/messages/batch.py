"""Batches, and the digest of feeds."""

TEXTS: dict[str, tuple[str, str]] = {
    "batch_vllm_sentences": (
        "'{name}'은(는) 문장을 하나씩 줄이는 모델이라 vLLM 배치에 쓸 수 없습니다. --engine ray를 빼고 --workers로 실행해 주세요.",
        "'{name}' shortens one sentence at a time, which a vLLM batch cannot do. Leave out --engine ray and use --workers.",
    ),
    "batch_input": (
        "'{path}'은(는) 한꺼번에 요약할 수 없는 종류입니다. JSONL, CSV, Parquet(열 id와 text 또는 source), 폴더, 한 줄에 링크 하나인 .txt를 주세요.",
        "'{path}' is no input for a batch. Give JSONL, CSV or Parquet (columns id and text or source), a folder, or a .txt with one link a line.",
    ),
    "batch_output": (
        "결과는 .jsonl 파일이나 이름이 .parquet으로 끝나는 폴더에 씁니다: '{path}'. `--out 결과.jsonl`처럼 적어 주세요.",
        "The output is a .jsonl file or a folder whose name ends with .parquet, not '{path}'. Write `--out result.jsonl`.",
    ),
    "batch_exists": (
        "'{path}'이(가) 이미 있고, 이 명령이 쓰던 것이 아닙니다. 다른 이름을 `--out`에 주세요.",
        "'{path}' exists and was not begun by this command. Give another name to `--out`.",
    ),
    "batch_other": (
        "'{path}'은(는) 다른 입력이나 설정으로 시작한 결과입니다 ({begun}). 그대로 이어 가거나 `--out`에 다른 이름을 주세요.",
        "'{path}' was begun with another input or other options ({begun}). Go on with those, or give another name to `--out`.",
    ),
    "batch_changed": (
        "'{path}'의 {number}번째가 결과의 {number}번째({id})와 다릅니다. 입력을 되돌리거나 `--out`에 다른 이름을 주세요.",
        "Row {number} of '{path}' is not the one of the output ({id}). Restore the input, or give another name to `--out`.",
    ),
    "batch_taken": (
        "다른 프로세스가 '{path}'에 쓰고 있습니다. 그것이 끝난 뒤에 다시 실행해 주세요.",
        "Another process is writing '{path}'. Run this again when it has ended.",
    ),
    "batch_unwritable": (
        "'{path}'에 쓸 수 없습니다 ({reason}). 자리와 권한을 확인하고 같은 명령을 다시 실행하면 이어 갑니다.",
        "'{path}' cannot be written ({reason}). Check space and rights; the same command goes on from here.",
    ),
    "batch_row": (
        "text나 source 열에 글도 링크도 파일도 없습니다.",
        "Neither `text` nor `source` holds a text, a link or a file.",
    ),
    "batch_outside": (
        "'{source}'은(는) 입력 파일의 폴더 밖에 있습니다. 파일을 입력 옆으로 옮겨 주세요.",
        "'{source}' is outside the folder of the input. Move the file beside the input.",
    ),
    "batch_no_link": (
        "'{line}'은(는) 링크가 아닙니다. http:// 또는 https://로 시작하게 적어 주세요.",
        "'{line}' is no link. Start it with http:// or https://.",
    ),
    "batch_crashed": (
        "이 글을 요약하던 프로세스가 두 번 죽었습니다. 글의 크기와 메모리를 확인해 주세요.",
        "The process that summarised this one died twice. Look at its size and at the memory.",
    ),
    "cluster_failed": (
        "Ray에서 멈췄습니다 ({reason}). 같은 명령을 다시 실행하면 이어 갑니다.",
        "Ray stopped ({reason}). The same command goes on from here.",
    ),
    "batch_starting": ("준비하는 중", "Starting"),
    "batch_moment": (
        "{done}건 · 초당 {rate}건 · 남은 시간 {left} · 오류 {errors}건",
        "{done} rows · {rate} a second · {left} left · {errors} with errors",
    ),
    "batch_done": (
        "{path}: 모두 {done}건, 이번에 {made}건 (오류 {errors}건, 초당 {rate}건)",
        "{path}: {done} rows in all, {made} of them now ({errors} with errors, {rate} a second)",
    ),
    "watch_done": (
        "새 글 {new}건, 못 읽은 것 {failed}건: {folder}",
        "{new} new, {failed} could not be read: {folder}",
    ),
    "digest_title": ("{day} 새 글", "New on {day}"),
    "digest_day": ("{year}년 {month}월 {date}일", "{year}-{month:02}-{date:02}"),
    "digest_count": ("{count}건의 기사를 요약했습니다.", "{count} article(s), summarised."),
    "digest_foot": (
        "TechSum이 기사에서 만든 요약입니다. 제목을 누르면 원문이 열립니다.",
        "Summaries by TechSum. A title opens its article.",
    ),
    "feed_none": (
        "{url} 에서 기사 목록을 찾지 못했습니다. RSS, Atom, 사이트맵이나 기사 목록 페이지의 주소를 주세요.",
        "No list of articles was found at {url}. Give the address of an RSS or Atom feed, a sitemap or a list page.",
    ),
    "fetch_robots": (
        "{host}의 robots.txt가 {url} 을 프로그램이 가져가지 못하게 합니다. 사람이 보는 한 건이라면 `techsum summarize`를 써 주세요.",
        "robots.txt of {host} keeps programs away from {url}. To read this one yourself, use `techsum summarize`.",
    ),
}

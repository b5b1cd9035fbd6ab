"""What went wrong, and what to do next."""

TEXTS: dict[str, tuple[str, str]] = {
    "mcp_failed": ("요약하지 못했습니다. {reason}", "No summary could be made. {reason}"),
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
        "'{source}'에는 읽을 글이 없습니다 ({kind} 형식으로 보입니다). {formats}를 읽습니다.",
        "'{source}' holds no text (it looks like {kind}). TechSum reads {formats}.",
    ),
    "source_encrypted": (
        "'{source}'은(는) 암호로 잠겨 있습니다. 암호를 푼 사본을 만들어 다시 시도해 주세요.",
        "'{source}' is locked with a password. Save a copy without it and try again.",
    ),
    "source_distribution": (
        "'{source}'은(는) 배포용 한글 문서인데 본문을 풀지 못했습니다. 한글에서 열어 PDF나 HWPX로 저장해 주세요.",
        "'{source}' is a distribution document of Hancom Office whose text could not be deciphered. Open it there and save it as PDF or HWPX.",
    ),
    "source_old_format": (
        "'{source}'은(는) 옛 {kind} 파일이라 읽지 못합니다. 원래 프로그램에서 열어 PDF, HWPX나 DOCX로 저장해 주세요.",
        "'{source}' is an old {kind} file, which is not read. Open it in its program and save it as PDF, HWPX or DOCX.",
    ),
    "source_broken": (
        "'{source}'은(는) 손상된 {kind} 파일이라 읽을 수 없습니다. 원본을 다시 받아 주세요.",
        "'{source}' is a broken {kind} file. Get the original again.",
    ),
    "source_garbled": (
        "'{source}'의 글자표가 깨져 있어 글을 읽을 수 없습니다. 원래 프로그램에서 PDF로 다시 저장하거나 글자 인식(OCR)을 거친 파일을 주세요.",
        "'{source}' has a broken character map, so its text cannot be read. Save it as PDF again or give a file that went through OCR.",
    ),
    "source_scanned": (
        "'{source}'에는 글자 정보가 없습니다 (스캔한 그림으로 보입니다). 글자 인식(OCR)을 거친 파일을 주세요.",
        "'{source}' holds no characters (it looks like a scan). Give a file that went through OCR.",
    ),
    "rows_kind": (
        "'{path}'은(는) 읽을 수 없는 종류의 자료입니다. JSONL, CSV(.gz도 가능), Parquet를 읽습니다.",
        "'{path}' is of an unknown kind. JSONL and CSV (also .gz) and Parquet are read.",
    ),
    "rows_missing": (
        "'{path}' 파일이 없습니다. 경로를 확인해 주세요.",
        "There is no file '{path}'. Check the path.",
    ),
    "rows_broken": (
        "자료 '{path}'을(를) 읽지 못했습니다 ({reason}). 원본을 다시 받아 주세요.",
        "The data '{path}' could not be read ({reason}). Get the original again.",
    ),
    "page_frame": (
        "{url} 은(는) 본문을 다른 틀(frame)에 담고 있습니다. 틀 안의 주소 {frame} 을(를) 넣어 주세요.",
        "{url} keeps its text in a frame. Give the frame's address: {frame}",
    ),
    "page_robot_check": (
        "{url} 은(는) 기사 대신 로봇 확인 화면을 보냈습니다. 브라우저에서 열어 본문을 복사해 넣어 주세요.",
        "{url} answered with a check for robots. Open it in a browser and paste the text.",
    ),
    "page_paywall": (
        "{url} 은(는) 구독자에게만 전체 기사를 보여 줍니다. 볼 수 있다면 본문을 복사해 넣어 주세요.",
        "{url} shows the whole article to subscribers only. Paste the text if you can see it.",
    ),
    "page_list": (
        "{url} 은(는) 기사 여러 개의 목록입니다. 읽을 기사 하나의 주소를 넣어 주세요.",
        "{url} is a list of articles. Give the address of one of them.",
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
    "analyser_stumbled": (
        "한국어 분석기가 이 글을 분석하지 못했습니다 ({reason}). 글을 나누어 다시 해 주세요.",
        "The Korean analyser stumbled over this text ({reason}). Try it in parts.",
    ),
    "analyser_failed": (
        "한국어 분석기가 멈췄습니다. 메모리가 모자라지 않은지 보고 다시 해 주세요.",
        "The Korean analyser broke down. See whether memory is short, and try again.",
    ),
    "model_unknown": (
        "'{name}'이라는 모델을 모릅니다.{nearest} `techsum models`로 쓸 수 있는 모델을 볼 수 있습니다.",
        "There is no model '{name}'.{nearest} `techsum models` lists what can be used.",
    ),
    "model_nearest": (" 혹시 '{name}'인가요?", " Did you mean '{name}'?"),
    "question_language": (
        "외국어 글에 한국어로 질문하려면 외국어를 읽을 수 있는 모델이 필요합니다: {models}",
        "Questions in Korean about an article in another language need a model that reads it: {models}",
    ),
    "pull_not_allowed": (
        "이 서버에서는 모델을 내려받을 수 없습니다. 관리자가 `{command}` 로 받을 수 있습니다.",
        "Readers of this server cannot download models. Its operator can, with `{command}`.",
    ),
    "pull_running": (
        "지금 '{name}' 모델을 내려받고 있습니다. 다 받은 뒤에 다시 시도해 주세요.",
        "'{name}' is being downloaded now. Try again when it is over.",
    ),
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
    "model_controls": (
        "'{name}' 모델은 {format} 대화 형식이라고 하지만 어휘에 '{token}' 토큰이 없습니다. 잘못 만든 파일이니 다른 것을 받아 주세요.",
        "'{name}' says that its chat format is {format}, but its vocabulary lacks the token '{token}'. The file is faulty: get another.",
    ),
    "model_only_thought": (
        "'{name}' 모델이 생각만 하다가 쓸 수 있는 길이를 다 썼습니다. 서버에서 생각 기능(thinking)을 끄거나 다른 모델을 골라 주세요.",
        "'{name}' used up its length for thinking. Turn thinking off at its server, or choose another model.",
    ),
    "model_prompt": (
        "'{name}'은(는) 다른 판의 TechSum이 가르친 모델입니다(프롬프트 '{format}'). 이 판으로 다시 학습하거나 내보내 주세요.",
        "'{name}' was taught by another version of TechSum (prompt '{format}'). Train or export it again with this one.",
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
    "server_no_odds": (
        "{url} 은(는) 낱말의 확률을 알려 주지 않아 주장을 판정하는 데 쓸 수 없습니다. 규칙으로만 견주려면 --check rules 를 쓰세요.",
        "{url} tells no token probabilities, so its model cannot judge claims. Use --check rules to compare by rules alone.",
    ),
    "engine_library": (
        "llama.cpp를 불러올 수 없습니다 ({reason}). libgomp이 없다는 말이면 `apt install libgomp1`로 설치해 주세요.",
        "llama.cpp cannot be loaded ({reason}). If libgomp is missing, install it: `apt install libgomp1`.",
    ),
    "metrics_port": (
        "측정값을 {port}번 포트에 열 수 없습니다 ({reason}). TECHSUM_METRICS_PORT에 다른 번호를 넣어 주세요.",
        "Metrics cannot be opened on port {port} ({reason}). Choose another TECHSUM_METRICS_PORT.",
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
        "허브에서 받지 못했습니다 ({reason}). 받은 데까지는 남아 있으니 다시 시도하면 이어서 받습니다.",
        "The download failed ({reason}). What arrived is kept: another try goes on from there.",
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
        "쓸 수 없는 길이입니다: '{length}'. line, short, medium, long 또는 60~2000 사이의 글자 수를 써 주세요.",
        "The length '{length}' is not known. Use line, short, medium, long or a number of characters from 60 to 2000.",
    ),
    "choice_invalid": (
        "쓸 수 없는 {name} 값입니다: '{value}'. 다음 가운데 하나를 써 주세요: {choices}",
        "The {name} '{value}' is not known. Use one of: {choices}",
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
        "쓸 수 없는 --columns 값입니다: '{columns}'. input=이름,output=이름,title=이름 꼴로 써 주세요.",
        "--columns '{columns}' is not understood. Write input=NAME,output=NAME,title=NAME.",
    ),
    "serving": (
        "TechSum이 {url} 에서 실행 중입니다. 멈추려면 Ctrl-C.",
        "TechSum listens at {url}. Ctrl-C stops it.",
    ),
    "request_invalid": (
        "요청의 '{field}'이(가) 잘못되었습니다 ({reason}).",
        "The request's '{field}' is wrong ({reason}).",
    ),
    "request_reason_missing": ("꼭 있어야 합니다", "it is required"),
    "request_reason_unknown": ("없는 항목입니다", "there is no such field"),
    "request_reason_long": ("{max_length}자까지 받습니다", "up to {max_length} characters are taken"),
    "request_reason_short": ("{min_length}자 이상이어야 합니다", "it takes {min_length} characters at least"),
    "request_reason_many": ("{max_length}개까지 받습니다", "up to {max_length} are taken"),
    "request_reason_json": ("JSON이 아닙니다", "it is no JSON"),
    "request_reason_object": ("JSON 객체가 아닙니다", "it is no JSON object"),
    "library_import_many": (
        "한 번에 {limit}건까지 들여옵니다. 파일을 나누어 주세요. 앞의 것은 들어왔습니다.",
        "Up to {limit} entries are imported at a time. Divide the file; what stood before is in.",
    ),
    "library_quota": (
        "보관함이 꽉 찼습니다({limit}). 안 보는 요약을 지우면 다시 쓸 수 있습니다.",
        "Your library is full ({limit}). Delete summaries that you do not need, and go on.",
    ),
    "library_full": (
        "서버의 보관함이 꽉 찼습니다. 관리자가 TECHSUM_LIBRARY_MEGABYTES를 늘려야 합니다.",
        "The server's library is full. Its operator has to raise TECHSUM_LIBRARY_MEGABYTES.",
    ),
    "cookie_key_short": (
        "쿠키를 서명하는 키가 비었거나 잘렸습니다: {path}. 지우고 다시 시작하세요. 읽던 사람은 새로 옵니다.",
        "The key that signs cookies is empty or cut off: {path}. Delete it and start again; readers come as new ones.",
    ),
    "setting_of_folder": (
        "이 폴더의 .env가 {name}을(를) 정하는데 {secret}은(는) 환경 변수에 있어 보내지 않았습니다. 둘을 같은 곳에 두세요.",
        "The .env of this folder sets {name}, while {secret} is in the environment: it is not sent there. Keep both in one place.",
    ),
    "model_address_secret": (
        "모델 주소에 비밀번호를 넣지 마세요. 여러 곳에 보입니다. TECHSUM_API_KEY에 두세요.",
        "No password in a model's address, for it is shown. Put it into TECHSUM_API_KEY.",
    ),
    "request_charset": (
        "양식은 UTF-8로만 받습니다. charset을 빼거나 utf-8로 적으세요.",
        "A form is taken in UTF-8 alone. Leave charset out, or say utf-8.",
    ),
    "request_slow": (
        "요청을 {seconds}초 안에 다 받지 못했습니다. 다시 보내 보세요.",
        "The request did not arrive within {seconds} seconds. Send it again.",
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
}

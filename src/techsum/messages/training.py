"""Recipes, training, exports and the parity gate."""

TEXTS: dict[str, tuple[str, str]] = {
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
    "recipe_packed_and_grouped": (
        "packing과 group_by_length는 함께 쓸 수 없습니다. 하나를 빼 주세요",
        "packing and group_by_length exclude each other: leave one out",
    ),
    "recipe_steps_or_epochs": (
        "steps와 epochs 가운데 하나만 적어 주세요",
        "give either steps or epochs",
    ),
    "recipe_dev_twice": (
        "dev에는 path와 holdout 가운데 하나만 적어 주세요",
        "give dev either path or holdout",
    ),
    "recipe_patience_without_dev": (
        "patience를 쓰려면 dev에 path나 holdout을 적어 주세요",
        "patience needs dev.path or dev.holdout",
    ),
    "recipe_holdout_task": (
        "한 글에서 여러 줄이 나오는 task(verdict, answerable, corruptions)는 holdout으로 나눌 수 없습니다. dev.path를 적어 주세요",
        "tasks with several rows about one text (verdict, answerable, corruptions) cannot be held out: name dev.path",
    ),
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
    "train_data_missing": (
        "학습 자료 '{path}'이(가) 없습니다. 레시피의 data_folder를 확인하거나 --set data_folder=폴더 를 붙여 주세요 (지금: {folder}).",
        "The training data '{path}' is missing. Check data_folder in the recipe or add --set data_folder=FOLDER (now: {folder}).",
    ),
    "train_ray_accelerate": (
        "--ray와 --accelerate는 함께 쓸 수 없습니다. 둘 가운데 하나만 주세요.",
        "--ray and --accelerate do not go together. Give one of them.",
    ),
    "train_hub": (
        "허브의 '{source}'을(를) 받지 못했습니다 ({reason}). 이름과 네트워크를 확인해 주세요.",
        "'{source}' could not be read from the hub ({reason}). Check the name and the network.",
    ),
    "train_base_format": (
        "레시피의 base.format은 {format}인데 '{name}'의 대화 형식은 {found}입니다. base.format을 {found}(으)로 고쳐 주세요.",
        "The recipe says base.format: {format}, but '{name}' chats as {found}. Set base.format to {found}.",
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
    "train_worker_lost": (
        "자료를 준비하던 프로세스가 죽었습니다. 메모리가 모자랐을 수 있습니다. 같은 명령을 다시 내리면 만든 데까지는 그대로 씁니다.",
        "A process that prepared data died, perhaps for lack of memory. Run the same command again: what was made is kept.",
    ),
    "train_no_dev": (
        "dev로 잴 줄이 하나도 없습니다. holdout을 늘리거나 dev.path의 파일을 확인해 주세요.",
        "There is no row to measure on. Raise dev.holdout or look at the file of dev.path.",
    ),
    "train_tracker": (
        "{name}이(가) 설치되어 있지 않습니다. `pip install {name}` 뒤에 다시 하거나 training.trackers에서 지워 주세요.",
        "{name} is not installed. Run `pip install {name}`, or take it out of training.trackers.",
    ),
    "train_preference_processes": (
        "선호 쌍으로 하는 학습(training.preference)은 한 프로세스로만 됩니다. --processes를 빼 주세요.",
        "Learning from preferences (training.preference) takes one process. Leave --processes out.",
    ),
    "recipe_packed_pairs": (
        "선호 쌍은 packing으로 이어 붙일 수 없습니다",
        "pairs of answers cannot be packed",
    ),
    "skipped_no_rejected": (
        "견줄 답(rejected)이 없거나 만들 수 없음",
        "no rejected answer, and none could be made",
    ),
    "train_full_sharded": (
        "모든 가중치를 학습하는 일(lora: null)은 여러 GPU에 나누어 하지 않습니다. --accelerate를 빼거나 lora를 적어 주세요.",
        "Training all weights (lora: null) is not sharded over GPUs. Leave --accelerate out, or name a lora.",
    ),
    "lora_init_quantization": (
        "lora.init={init}은(는) quantization={quantization}과 함께 쓸 수 없습니다. pissa는 none, loftq는 nf4와 씁니다.",
        "lora.init={init} does not go with quantization={quantization}. pissa takes none, loftq takes nf4.",
    ),
    "lora_token": (
        "바탕 모델의 어휘에 {token} 토큰이 없습니다. lora.tokens를 고쳐 주세요.",
        "The base's vocabulary has no token {token}. Mend lora.tokens.",
    ),
    "run_other_start": (
        "{path}: 이 컴퓨터에서 계산한 어댑터의 첫 값이 실행을 시작할 때와 다릅니다. 시작한 컴퓨터에서 이어 하거나 새 폴더에서 처음부터 해 주세요.",
        "{path}: this machine computes other first factors than the run began with. Go on where it began, or begin anew in another folder.",
    ),
    "export_no_adapter": (
        "모든 가중치를 학습한 실행에는 어댑터가 없습니다. --to {to} 대신 merged나 gguf로 내보내 주세요.",
        "A run that trained all weights has no adapter. Export merged or gguf instead of {to}.",
    ),
    "publish_working": ("허브에 올리는 중", "uploading to the hub"),
    "publish_done": ("올렸습니다: {address}", "Uploaded: {address}"),
    "publish_name": (
        "'{name}'은(는) 허브의 저장소 이름이 아닙니다. OWNER/NAME으로 적어 주세요.",
        "'{name}' is no repository of the hub. Write OWNER/NAME.",
    ),
    "publish_token": (
        "허브에 올리려면 쓰기 권한이 있는 토큰이 필요합니다. HF_TOKEN을 정해 주세요.",
        "Uploading needs a token that may write. Set HF_TOKEN.",
    ),
    "publish_failed": (
        "{name}에 올리지 못했습니다: {reason}. 내보낸 파일은 {folder}에 있습니다. 토큰의 권한을 확인하고, `hf upload {name} {folder}`로도 올릴 수 있습니다.",
        "Could not upload to {name}: {reason}. The export is in {folder}. Check what the token may do; `hf upload {name} {folder}` uploads it too.",
    ),
    "export_no_k_quants": (
        "설치된 xllamacpp에서 K-양자화 함수를 찾지 못했습니다. --quantization q8_0이나 q4_0을 쓰거나 xllamacpp를 올려 주세요.",
        "The installed xllamacpp shows no quantizer for K-quants. Use --quantization q8_0 or q4_0, or upgrade xllamacpp.",
    ),
    "export_tokens": (
        "토큰 임베딩도 학습한 어댑터는 {to}에 담기지 않습니다. --to gguf로 내보내 주세요.",
        "An adapter with trained token embeddings does not fit {to}. Use --to gguf.",
    ),
    "train_estimate": (
        "20단계를 재 보니 한 단계에 {seconds}초, 모두 {hours}시간쯤 걸립니다(평가 시간 제외).",
        "Measured over 20 steps: {seconds} s a step, about {hours} hours in all (without evaluations).",
    ),
    "train_cost": (
        "비용은 {cost}쯤입니다.",
        "It will cost about {cost}.",
    ),
    "recipe_loftq_scale": (
        "loftq는 alpha가 r와 같고 rslora를 쓰지 않을 때만 맞습니다",
        "loftq fits only where alpha equals r and rslora is off",
    ),
    "recipe_start_init": (
        "start로 이어 가는 어댑터에는 init을 정할 수 없습니다",
        "an adapter that goes on from start has no init",
    ),
    "recipe_chat_format": (
        "task: chat은 대화 모델(base.format: gemma, gemma-4)에만 쓸 수 있습니다",
        "task: chat is for instruct models alone (base.format: gemma, gemma-4)",
    ),
    "recipe_nobodys": (
        "'{path}'에는 아는 학습 도구({known})의 설정이 없습니다. --from으로 알려 주세요.",
        "'{path}' holds no settings of a known trainer ({known}). Name it with --from.",
    ),
    "recipe_trainer": (
        "'{name}'은(는) 모르는 학습 도구입니다. 아는 것: {known}.",
        "'{name}' is no known trainer. Known: {known}.",
    ),
    "recipe_unwritable": ("'{path}'에 쓸 수 없습니다 ({reason}).", "'{path}' cannot be written ({reason})."),
    "recipe_left_out": ("대응하는 항목이 없음: {field}", "no counterpart: {field}"),
    "recipe_full_nf4": (
        "4비트 가중치는 학습할 수 없습니다. lora를 적거나 base.quantization을 none으로 해 주세요",
        "4-bit weights cannot be trained: name a lora, or set base.quantization to none",
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
    "export_unwritable": (
        "'{path}'에 쓰지 못했습니다 ({reason}). 자리를 비우거나 --out으로 다른 곳을 주고 다시 내보내 주세요.",
        "'{path}' could not be written ({reason}). Free some space or name another place with --out, and export again.",
    ),
    "train_peer": (
        "다른 프로세스와의 연결이 끊겨 학습을 멈췄습니다. 마지막 체크포인트에서 --resume으로 이어서 하세요.",
        "The connection to another process broke, and the run stopped. Go on from its last checkpoint with --resume.",
    ),
    "train_worker": (
        "프로세스 {rank}이(가) 코드 {code}(으)로 끝나 학습을 멈췄습니다. 마지막 체크포인트에서 --resume으로 이어서 하세요.",
        "Process {rank} ended with code {code}, and the run stopped. Go on from its last checkpoint with --resume.",
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
    "parity_end": (
        "{name}: 답을 끝내는 토큰에서 멈추지 않습니다(end). 내보내지 않았습니다. generation_config.json의 eos_token_id를 확인해 주세요.",
        "{name}: it does not stop at the token that ends an answer (end). Nothing was exported. Check eos_token_id in generation_config.json.",
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
    "prepare_reading": ("자료를 읽고 있습니다", "Reading the sources"),
    "prepare_making": ("학습할 문장을 만들고 있습니다", "Making samples"),
    "prepare_column_samples": ("표본", "samples"),
    "prepare_column_epochs": ("훑는 횟수", "epochs"),
    "prepare_done": (
        "준비했습니다: {steps}단계, 표본 {samples}개, 토큰 {tokens}개. 같은 레시피로 학습하면 곧바로 시작합니다. ({folder})",
        "Prepared: {steps} steps, {samples} samples, {tokens} tokens. Training by this recipe starts at once. ({folder})",
    ),
    "check_leak": (
        "{name}: {count}개 글이 학습 자료에도 있습니다. 빼고 학습해야 점수를 믿을 수 있습니다.",
        "{name}: {count} rows stand in the training data too. Take them out, or no figure can be trusted.",
    ),
    "check_no_leak": (
        "{name}: 읽은 학습 자료와 겹치는 글 없음",
        "{name}: nothing of it in the training data that was read",
    ),
    "train_base_memory": (
        "{name}을 읽을 메모리가 모자랍니다. 다른 프로그램을 닫거나, base.precision을 bf16으로, GPU라면 base.quantization을 nf4로 바꿔 주세요.",
        "There is not enough memory to load {name}. Close other programs, or use bf16 for base.precision, or nf4 for base.quantization on a GPU.",
    ),
    "lora_start_missing": (
        "{path}에 이어서 학습할 어댑터가 없습니다. lora.start에 adapter_config.json이 든 폴더를 적어 주세요.",
        "There is no adapter to go on from in {path}. Give the folder of an adapter_config.json as lora.start.",
    ),
    "lora_start_base": (
        "{path}의 어댑터는 다른 바탕 모델의 것입니다. 레시피의 base와 같은 모델에서 만든 것을 lora.start에 적어 주세요.",
        "The adapter in {path} is of another base. Name one in lora.start that was made of the recipe's base.",
    ),
    "lora_start_other": (
        "{path}의 어댑터는 r={r}, alpha={alpha}, rslora={rslora}, tokens={tokens}입니다. 레시피의 lora에 똑같이 적어 주세요.",
        "The adapter in {path} has r={r}, alpha={alpha}, rslora={rslora}, tokens={tokens}. Write the same into the recipe's lora.",
    ),
    "parity_served_untold": (
        "{url}의 대답에 토큰별 logprobs가 없거나 읽을 수 없습니다. logprobs를 주는 서버(vLLM, llama-server, MLX, Ollama 0.12.11 이상)인지 확인해 주세요.",
        "The answer of {url} has no logprobs for its tokens, or none that can be read. Use a server that gives them (vLLM, llama-server, MLX, Ollama from 0.12.11).",
    ),
    "parity_served_short": (
        "{name}: 견줄 수 있는 토큰이 {tokens}개뿐이라 판단할 수 없습니다. 서버의 최대 길이(max tokens)와 logprobs 설정을 확인해 주세요.",
        "{name}: only {tokens} tokens could be compared, too few to judge. Look at the server's longest answer and its logprobs.",
    ),
    "recipe_rejected_column": (
        "rejected 열은 task가 summary나 instruction이고 rehearsed가 0, parentheses가 keep일 때만 같은 물음의 답입니다. rejected: corrupted를 쓰거나 이들을 고쳐 주세요",
        "a rejected column answers the same request only with task summary or instruction, rehearsed 0 and parentheses keep: use rejected: corrupted, or change these",
    ),
    "imatrix_useless": (
        "--imatrix는 gguf와 ollama의 K-양자화({quantizations})에만 씁니다. --quantization을 바꾸거나 --imatrix를 빼 주세요.",
        "--imatrix is for K-quants ({quantizations}) of gguf and ollama. Change --quantization, or leave it out.",
    ),
    "public_useless": (
        "--public은 --push와 함께만 씁니다. 올리려면 --push OWNER/NAME을 적어 주세요.",
        "--public goes with --push. Write --push OWNER/NAME to upload.",
    ),
    "parity_served_format": (
        "서버는 대화 형식으로만 물을 수 있는데, 이 모델은 {format} 형식으로 배웠습니다. 내보낸 파일을 --against에 적어 비교해 주세요.",
        "Servers are asked in chats only, and this model learned the format {format}. Name an exported file with --against.",
    ),
    "parity_kind": (
        "{path}은(는) {kind} 양자화라서 얼마까지 달라져도 되는지 정해져 있지 않습니다. {known} 가운데 하나로 내보내 주세요.",
        "{path} is quantized as {kind}, for which there is no limit. Export it as one of {known}.",
    ),
    "run_other_data": (
        "{path}의 학습을 시작한 뒤 {file}의 내용이 바뀌었습니다. 파일을 되돌리거나 다른 폴더에서 새로 시작해 주세요.",
        "{file} has changed since the run in {path} was begun. Put the old file back, or begin a new run in another folder.",
    ),
    "run_other_choice": (
        "{path}의 학습은 {name}={before}(으)로 시작했는데 지금은 {now}입니다. 레시피에 값을 적거나 같은 환경에서 이어 가 주세요.",
        "The run in {path} was begun with {name}={before}; here it would be {now}. Write the value into the recipe, or go on where it was begun.",
    ),
    "run_other_processes": (
        "{path}는 프로세스 {count}개로 시작한 학습입니다. --processes {count}로 이어 가거나 다른 폴더를 쓰세요.",
        "{path} was begun with {count} processes. Go on with --processes {count}, or use another folder.",
    ),
    "export_working": (
        "내보내고 견주는 중",
        "Exporting and comparing",
    ),
    "export_done": (
        "내보냈습니다: {path}",
        "Exported: {path}",
    ),
    "ranker_fitted": (
        "글 {count}편에서 배웠습니다: {path}",
        "Fitted on {count} articles: {path}",
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
}

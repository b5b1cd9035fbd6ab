"""The embedded GGUF as a transformers checkpoint: what its adapters are trained on and proven against."""

import json
import shutil
import tempfile
import warnings
from pathlib import Path

from techsum.errors import ModelError, StorageError
from techsum.generators.models import EMBEDDED, EMBEDDED_SHA256, model_file
from techsum.settings import settings


def embedded_checkpoint() -> Path:
    """The embedded GGUF as safetensors in bf16, with its tokenizer: 536 MB in the cache folder, made once.

    Its weights are what llama.cpp computes with, rounded to bf16: an adapter trained on them fits both.

    Raises:
        ModelError: the embedded model or torch is not installed.
        StorageError: the cache folder is full.
    """
    folder = settings().cache_dir / "checkpoints" / f"{EMBEDDED}-{EMBEDDED_SHA256[:8]}"
    if folder.is_dir():
        return folder
    file = model_file(EMBEDDED)
    try:
        import torch
        import transformers
    except ImportError:
        raise ModelError("extra_missing", feature=f"hf:{EMBEDDED}", extra="train") from None

    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=".part-", dir=folder.parent))
    except OSError as error:
        raise StorageError("cache_unwritable", path=folder.parent, reason=error.strerror) from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tokenizer = transformers.AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
            model = transformers.AutoModelForCausalLM.from_pretrained(
                file.parent,
                gguf_file=file.name,
                dtype=torch.float32,
                quantization_config=transformers.GgufConfig(dequantize=True),
            ).to(torch.bfloat16)
        model.save_pretrained(part)
        tokenizer.save_pretrained(part)
        _name_the_pad(part)
        part.replace(folder)
    except OSError as error:
        if not folder.is_dir():  # another process may have been first
            raise StorageError("disk_full", path=folder, needed="600 MB") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return folder


def _name_the_pad(folder: Path) -> None:
    """The GGUF names no padding token; Gemma's own is `<pad>`, id 0."""
    path = folder / "tokenizer_config.json"
    data = json.loads(path.read_text("utf-8"))
    data.setdefault("pad_token", "<pad>")
    path.write_text(json.dumps(data, ensure_ascii=False, indent=2), "utf-8")

"""llama.cpp's server in this process (xllamacpp), started for a model as often as there are to be engines.

It wants to listen somewhere. It gets a Unix socket in a folder that only this user can enter (on Windows a
loopback port), with a random key, without pages and without CORS.
"""

import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from techsum.errors import ModelError

_BATCH = 512
"""Prompt tokens read between two chances to cancel: 1.4 s on the 270M model and two cores."""

_PREFIX_CACHE_MIB = 512
"""Prompts of other articles kept in memory: at 18 KiB a token 28 articles of 1,000 tokens on the 270M
model, at 104 KiB five on Gemma 2 2B."""


@dataclass(frozen=True)
class LlamaLoader:
    """Loads a model into llama.cpp's server, as often as there are to be engines."""

    path: Path
    name: str
    adapter: Path | None
    folder: Path
    """Of the sockets."""
    key: str
    slots: int
    is_small: bool
    """Whether one thread writes."""

    def load(self, context: int, threads: int) -> Any:
        """A server.

        Args:
            context: tokens that each of its slots sees.
            threads: that read prompts.

        Raises:
            ModelError: llama.cpp cannot load the file or its adapter.
        """
        # With the default spin barrier two threads beside one busy core wrote 1.1 tokens/s instead of 37.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        xllamacpp = _import_xllamacpp()
        params = xllamacpp.CommonParams()
        params.model.path = str(self.path)
        # two requests on one core take 1.09 times as long together as in turn
        params.n_ctx = context * self.slots
        params.n_parallel = self.slots
        params.n_batch = params.n_ubatch = _BATCH
        params.cpuparams_batch.n_threads = threads
        params.cpuparams.n_threads = 1 if self.is_small else threads
        params.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_ENABLED
        params.swa_full = True  # else a prefix longer than Gemma's sliding window cannot be reused
        params.cache_ram_mib = _PREFIX_CACHE_MIB if self.slots > 1 else 0
        params.warmup = False
        params.ui = False
        params.endpoint_slots = False
        params.cors_origins = "http://127.0.0.1"
        params.api_keys = [self.key]
        params.verbosity = -1
        if sys.platform != "win32":
            params.hostnames = [str(self.folder / f"{secrets.token_hex(4)}.sock")]
        if self.adapter:
            lora = xllamacpp.CommonAdapterLoraInfo()
            lora.path, lora.scale = str(self.adapter), 0.0
            params.lora_adapters = [lora]
        try:
            return xllamacpp.Server(params)
        except RuntimeError:
            if self.adapter:
                raise ModelError("model_adapter", path=self.adapter, model=self.name) from None
            raise ModelError("model_load", path=self.path) from None


def _import_xllamacpp() -> Any:
    """llama.cpp.

    Raises:
        ModelError: a library of the system that it needs is not there.
    """
    try:
        import xllamacpp
    except ImportError as error:
        raise ModelError("engine_library", reason=error) from None
    return xllamacpp

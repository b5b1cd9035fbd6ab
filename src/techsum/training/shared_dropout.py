"""The adapter's dropout for training on a CPU, drawn once for all projections that read the same input.

torch draws a number for each element of each input of each projection, one after the other: a quarter of a
training step. Here 16 bits decide an element, and the keys' projection reads what the queries' has read.
"""

from typing import Any

import numpy as np
import torch


def share_dropout(model: torch.nn.Module) -> None:
    """Let the projections of a block (attention, feed-forward) that read one input share its dropout."""
    for block in model.modules():
        layers = [child for child in block.children() if hasattr(child, "lora_dropout")]
        rates = {kept.p for layer in layers for kept in layer.lora_dropout.values() if hasattr(kept, "p")}
        for rate in rates:
            shared = SharedDropout(rate)
            for layer in layers:
                for name, kept in layer.lora_dropout.items():
                    if getattr(kept, "p", None) == rate:
                        layer.lora_dropout[name] = shared
            # also where a recomputation of checkpointing ends within the block
            block.register_forward_hook(shared.forget, always_call=True)


class SharedDropout(torch.nn.Module):  # type: ignore[misc]  # torch is skipped by mypy
    """Dropout whose elements are decided by 16 bits each.

    The bits are numpy's, whose seed is torch's: a run that goes on from torch's random state draws the same.

    Args:
        p: the share of elements that become zero.
    """

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p
        self._last: tuple[torch.Tensor, torch.Tensor] | None = None

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """The values with a share of them zero and the others larger; of the same tensor the same again."""
        if not self.training or not self.p:
            return values
        if self._last is None or self._last[0] is not values:
            # not a scaled mask: 1 / 0.95 is not a number of bf16
            self._last = values, values * self._mask(values) * (1 / (1 - self.p))
        return self._last[1]

    def _mask(self, values: torch.Tensor) -> torch.Tensor:
        count, seed = values.numel(), int(torch.randint(2**62, (1,)))
        bits = np.random.SFC64(seed).random_raw(-(-count // 4)).view(np.int16)[:count]
        kept = torch.from_numpy(bits) >= round(self.p * 2**16) - 2**15
        return kept.view(values.shape)

    def forget(self, *_: Any) -> None:
        """Let go of the last input: its block is done."""
        self._last = None

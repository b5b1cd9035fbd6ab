"""The trainer: TRL's SFTTrainer with the loss of the answers alone, and checkpoints without pickle."""

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional
from trl.trainer.sft_trainer import SFTTrainer

IGNORED = -100
"""The label of a token that carries no loss."""


class AnswerTrainer(SFTTrainer):  # type: ignore[misc]  # trl publishes no types
    """SFTTrainer with three differences.

    - On a CPU the loss asks the model for the logits of the answer's tokens only. Gemma's vocabulary has
      262,144 entries, and TRL leaves masked positions out on CUDA alone.
    - Samples keep the order in which they were drawn, so that the order does not depend on the batch size,
      the number of processes or a restart.
    - Optimizer, schedule and random states are kept as safetensors and JSON: nothing in a run folder is a
      pickle. A model that is sharded over GPUs (FSDP) keeps its states in torch's own distributed format.
    """

    def _get_train_sampler(self, train_dataset: Any = None) -> Any:
        return torch.utils.data.SequentialSampler(train_dataset or self.train_dataset)

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Mean cross entropy of the answers' tokens.

        Args:
            model: the model with its adapter.
            inputs: `input_ids`, `attention_mask`, `labels`, each [batch, length].
            return_outputs: not offered here; the Trainer asks for them only with metrics on logits.
            num_items_in_batch: answer tokens of the whole optimizer step, over all processes.

        Returns:
            A scalar; summed over the passes and processes of a step it is the mean over the step's tokens.
        """
        if return_outputs or inputs["input_ids"].device.type != "cpu":
            return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)
        labels = inputs["labels"]
        loss = answer_loss(model, inputs["input_ids"], inputs["attention_mask"], labels)
        count = (labels[:, 1:] != IGNORED).sum() if num_items_in_batch is None else num_items_in_batch
        loss /= torch.as_tensor(count).clamp(min=1)
        if self.args.average_tokens_across_devices and num_items_in_batch is not None:
            loss = loss * self.accelerator.num_processes
        return loss

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        super()._save(output_dir, state_dict)
        if self.args.should_save:
            # a pickle of settings that the recipe holds in full, and PEFT's empty card
            for name in ("training_args.bin", "README.md"):
                (Path(output_dir or self.args.output_dir) / name).unlink(missing_ok=True)

    def create_model_card(self, *_args: Any, **_kwargs: Any) -> None:
        """TRL writes a card into every checkpoint; the export writes the one that says something."""

    def _save_optimizer_and_scheduler(self, output_dir: str) -> None:
        if self.is_fsdp_enabled:
            super()._save_optimizer_and_scheduler(output_dir)
        elif self.args.should_save:
            tensors, rest = _flatten(self.optimizer.state_dict())
            save_file(tensors, Path(output_dir) / "optimizer.safetensors")
            said = {"optimizer": rest, "schedule": self.lr_scheduler.state_dict()}
            (Path(output_dir) / "optimizer.json").write_text(json.dumps(said), "utf-8")

    def _load_optimizer_and_scheduler(self, checkpoint: str | None) -> None:
        if self.is_fsdp_enabled or checkpoint is None:
            super()._load_optimizer_and_scheduler(checkpoint)
            return
        said = json.loads((Path(checkpoint) / "optimizer.json").read_text("utf-8"))
        tensors = load_file(Path(checkpoint) / "optimizer.safetensors")
        self.optimizer.load_state_dict(_unflatten(tensors, said["optimizer"]))
        self.lr_scheduler.load_state_dict(said["schedule"])

    def _random_file(self, folder: str) -> Path:
        return Path(folder) / f"random.{self.args.process_index}.safetensors"

    def _save_rng_state(self, output_dir: str) -> None:
        Path(output_dir).mkdir(parents=True, exist_ok=True)
        states = {"torch": torch.get_rng_state()}
        if torch.cuda.is_available():
            states["cuda"] = torch.cuda.get_rng_state()
        version, numbers, gauss = random.getstate()
        _, keys, position, has_gauss, cached = np.random.get_state()
        states["python"] = torch.tensor(numbers, dtype=torch.int64)
        states["numpy"] = torch.from_numpy(np.asarray(keys, np.int64))
        about = {"python": json.dumps([version, gauss])}
        about["numpy"] = json.dumps([int(position), int(has_gauss), float(cached)])
        save_file(states, self._random_file(output_dir), metadata=about)

    def _load_rng_state(self, checkpoint: str | None) -> None:
        if checkpoint is None or not self._random_file(checkpoint).exists():
            return
        from safetensors import safe_open

        with safe_open(self._random_file(checkpoint), framework="pt") as kept:
            about = kept.metadata()
            torch.set_rng_state(kept.get_tensor("torch"))
            if torch.cuda.is_available() and "cuda" in kept.keys():  # noqa: SIM118 - not a mapping
                torch.cuda.set_rng_state(kept.get_tensor("cuda"))
            version, gauss = json.loads(about["python"])
            random.setstate((version, tuple(kept.get_tensor("python").tolist()), gauss))
            position, has_gauss, cached = json.loads(about["numpy"])
            keys = kept.get_tensor("numpy").numpy().astype(np.uint32)
            np.random.set_state(("MT19937", keys, position, has_gauss, cached))


def answer_loss(model: Any, ids: Any, mask: Any, labels: Any) -> Any:
    """Summed cross entropy of the labelled tokens, from the logits of the positions that predict them.

    Args:
        model: a causal model that takes `logits_to_keep`.
        ids: token ids, [batch, length], padded on the right.
        mask: 1 for a token and 0 for padding, same shape.
        labels: `ids` where a token carries loss, -100 elsewhere.

    Returns:
        A scalar in fp32. Only columns with a label in any row are asked for: with one sample a pass these
        are the answer's, and memory does not grow with the document.
    """
    wanted = (labels[:, 1:] != IGNORED).any(0).nonzero().squeeze(1)  # position n predicts token n + 1
    logits = model(input_ids=ids, attention_mask=mask, logits_to_keep=wanted, use_cache=False).logits
    targets = labels[:, 1:][:, wanted]
    return functional.cross_entropy(
        logits.flatten(0, 1).float(), targets.flatten(), ignore_index=IGNORED, reduction="sum"
    )


def _flatten(state: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """An optimizer's state as tensors by `parameter/name`, and what JSON can hold."""
    tensors: dict[str, Any] = {}
    plain: dict[str, dict[str, Any]] = {}
    for parameter, values in state["state"].items():
        for name, value in values.items():
            if torch.is_tensor(value):
                tensors[f"{parameter}/{name}"] = value.detach().cpu().contiguous()
            else:
                plain.setdefault(str(parameter), {})[name] = value
    return tensors, {"groups": state["param_groups"], "plain": plain}


def _unflatten(tensors: dict[str, Any], rest: dict[str, Any]) -> dict[str, Any]:
    state: dict[int, dict[str, Any]] = {int(p): dict(v) for p, v in rest["plain"].items()}
    for key, value in tensors.items():
        parameter, _, name = key.partition("/")
        state.setdefault(int(parameter), {})[name] = value
    return {"state": state, "param_groups": rest["groups"]}

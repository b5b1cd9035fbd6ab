"""The trainer: TRL's SFTTrainer with the loss of the answers alone, and checkpoints without pickle."""

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import torch
from peft.helpers import disable_input_dtype_casting
from safetensors.torch import load_file, save_file
from trl.trainer.sft_trainer import SFTTrainer

from techsum.training.losses import IGNORED, answer_loss, answer_scores, preference_loss
from techsum.training.shared_dropout import share_dropout


class AnswerTrainer(SFTTrainer):  # type: ignore[misc]  # trl publishes no types
    """SFTTrainer with six differences.

    - The loss asks the model for the logits of the answer's tokens only: Gemma's vocabulary has 262,144
      entries.
    - The adapter is trained in fp32 also on a 4-bit base, where TRL casts it to bf16: late in a run most
      updates are smaller than a bf16 weight can take. Sharded over GPUs (FSDP) it stays in bf16.
    - On a CPU projections that read the same input share its dropout, and read it as autocast gives it.
    - With a `beta`, samples are pairs and the loss is DPO's.
    - Samples keep the order in which they were drawn, so that the order does not depend on the batch size,
      the number of processes or a restart.
    - Optimizer, schedule and random states are kept as safetensors and JSON: nothing in a run folder is a
      pickle. A model that is sharded over GPUs (FSDP) keeps its states in torch's own distributed format.
    """

    def __init__(self, *args: Any, beta: float | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.beta = beta
        if not self.is_fsdp_enabled:
            for weights in self.model.parameters():
                if weights.requires_grad:
                    weights.data = weights.data.float()
        if self.args.use_cpu:
            share_dropout(self.model)

    def training_step(self, *args: Any, **more: Any) -> Any:
        """One pass and its gradients. PEFT would cast to fp32 what autocast casts back to bf16."""
        with disable_input_dtype_casting(self.model, active=self.args.use_cpu and self.args.bf16):
            return super().training_step(*args, **more)

    def _get_train_sampler(self, train_dataset: Any = None) -> Any:
        return torch.utils.data.SequentialSampler(train_dataset or self.train_dataset)

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Mean cross entropy of the answers' tokens, or DPO's loss of pairs.

        Args:
            model: the model with its adapter.
            inputs: what `collated` gives.
            return_outputs: whether to return `(loss, {})`; there are no metrics on logits.
            num_items_in_batch: answer tokens of the whole optimizer step, over all processes.

        Returns:
            A scalar; summed over the passes and processes of a step it is the mean over the step's tokens.
        """
        if self.beta:
            reference = inputs["reference"].T.flatten()
            pairs = {name: value for name, value in inputs.items() if name != "reference"}
            loss = preference_loss(answer_scores(model, pairs), reference, self.beta)
            # a step's passes have as many pairs each; transformers divides only where it counts no tokens
            loss /= 1 if num_items_in_batch is None else self.current_gradient_accumulation_steps
            return (loss, {}) if return_outputs else loss
        labels = inputs["labels"]
        loss = answer_loss(model, inputs)
        count = (labels[:, 1:] != IGNORED).sum() if num_items_in_batch is None else num_items_in_batch
        loss /= torch.as_tensor(count).clamp(min=1)
        if self.args.average_tokens_across_devices and num_items_in_batch is not None:
            loss = loss * self.accelerator.num_processes
        return (loss, {}) if return_outputs else loss

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
            optimizer_state = {"optimizer": rest, "schedule": self.lr_scheduler.state_dict()}
            (Path(output_dir) / "optimizer.json").write_text(json.dumps(optimizer_state), "utf-8")

    def _load_optimizer_and_scheduler(self, checkpoint: str | None) -> None:
        if self.is_fsdp_enabled or checkpoint is None:
            super()._load_optimizer_and_scheduler(checkpoint)
            return
        optimizer_state = json.loads((Path(checkpoint) / "optimizer.json").read_text("utf-8"))
        tensors = load_file(Path(checkpoint) / "optimizer.safetensors")
        self.optimizer.load_state_dict(_unflatten(tensors, optimizer_state["optimizer"]))
        self.lr_scheduler.load_state_dict(optimizer_state["schedule"])

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


def collated(rows: list[dict[str, Any]], *, pad: int, packed: bool) -> dict[str, Any]:
    """Rows as one batch.

    Args:
        rows: `input_ids`, `labels`, `position_ids` of one sequence each; or pairs, `chosen` and `rejected`
            of these with their `reference` scores.
        pad: id of the padding token.
        packed: whether rows hold several samples. They are then joined to one row without a mask:
            transformers' attentions keep samples apart where the positions begin again at 0.

    Returns:
        `input_ids`, `labels`, `position_ids` and without packing `attention_mask`, all [batch, length].
        Of pairs all chosen answers come first, then the rejected ones.
        Padding stands on the left: answers then end in the same column, and few columns carry a label.
    """
    if packed:
        return {name: torch.tensor([[i for row in rows for i in row[name]]]) for name in rows[0]}
    if "rejected" in rows[0]:
        pairs = [row["chosen"] for row in rows] + [row["rejected"] for row in rows]
        batch = collated(pairs, pad=pad, packed=False)
        if "reference" in rows[0]:
            batch["reference"] = torch.tensor([row["reference"] for row in rows])
        return batch
    longest = max(len(row["input_ids"]) for row in rows)

    def padded(name: str, filler: int) -> Any:
        return torch.tensor([[*[filler] * (longest - len(row[name])), *row[name]] for row in rows])

    batch = {name: padded(name, filler) for name, filler in (("input_ids", pad), ("labels", IGNORED))}
    mask = [[int(n >= longest - len(row["input_ids"])) for n in range(longest)] for row in rows]
    return {**batch, "position_ids": padded("position_ids", 0), "attention_mask": torch.tensor(mask)}


def _flatten(state: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """An optimizer's state as tensors by path (`parameter/name`), and what JSON can hold.

    bitsandbytes nests its quantized states one level deeper.
    """
    tensors: dict[str, Any] = {}

    def plain(values: dict[str, Any], path: str) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        for name, value in values.items():
            if torch.is_tensor(value):
                tensors[f"{path}/{name}"] = value.detach().cpu().clone()  # qmaps are shared
            else:
                kept[name] = plain(value, f"{path}/{name}") if isinstance(value, dict) else value
        return kept

    kept = {str(number): plain(values, str(number)) for number, values in state["state"].items()}
    return tensors, {"groups": state["param_groups"], "plain": kept}


def _unflatten(tensors: dict[str, Any], rest: dict[str, Any]) -> dict[str, Any]:
    state: dict[int, dict[str, Any]] = {int(number): values for number, values in rest["plain"].items()}
    for path, value in tensors.items():
        number, *names, last = path.split("/")
        at = state.setdefault(int(number), {})
        for name in names:
            at = at.setdefault(name, {})
        at[last] = value
    return {"state": state, "param_groups": rest["groups"]}

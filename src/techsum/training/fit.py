"""The fit: a recipe's samples become an adapter. One process here; `processes.py` starts several."""

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from techsum.errors import TrainingError
from techsum.generators.hub_tokenizer import HubTokenizer
from techsum.training import bases
from techsum.training.adapters import adapted, keep_adapter, save_trained
from techsum.training.chunks import ORDER
from techsum.training.drawing import Drawn
from techsum.training.evaluating import best_so_far, without_gain
from techsum.training.preferences import reference_scores
from techsum.training.prepared import Prepared, data_hashes, prepare
from techsum.training.processes import WORLD, sharded
from techsum.training.recipe import Recipe
from techsum.training.rows import pinned
from techsum.training.run_folder import ProgressCallback, RunFolder
from techsum.training.samples import Sample

_DATA_SECONDS = 24 * 3600
"""How long the other processes wait while the first one reads rows and makes samples."""

_PROJECT = "techsum"
_PROJECT_VARIABLES = {"wandb": "WANDB_PROJECT", "mlflow": "MLFLOW_EXPERIMENT_NAME"}


@dataclass(frozen=True)
class Fitted:
    """What a call of `fit` ended with."""

    step: int
    finished: bool
    """False where a signal stopped it: the checkpoint is written, `resume` goes on."""
    main: bool = True
    """Whether this is the process that speaks."""


def fit(
    recipe: Recipe,
    folder: Path,
    *,
    resume: bool = False,
    on_progress: ProgressCallback = lambda _moment: None,
    on_samples: Callable[[Drawn], None] = lambda _drawn: None,
) -> Fitted:
    """Train, or go on with a run that was stopped.

    Args:
        recipe: what to do.
        folder: the run's folder.
        resume: go on from the newest whole checkpoint, with the same samples in the same order.
        on_progress: called in the main process as the run goes on.
        on_samples: called there before it begins, with the samples and the rows that gave none.

    Raises:
        TrainingError: base, data or folder cannot be used, memory or disk ran out, processes are missing.
    """
    bases.quiet()
    if not _cuda():
        bases.keep_freed_memory()
    run = RunFolder(folder)
    settings = _settings(recipe, run)  # joins the other processes, where there are some
    world, expected = settings.world_size, int(os.environ.get(WORLD, "1"))
    if world != expected:
        raise TrainingError("train_world", expected=expected, found=world)
    main = settings.should_save
    pinned_recipe = pinned(recipe, run.commits())
    if main:
        run.begin(recipe, resume=resume, processes=world, resolved=_resolved(pinned_recipe, settings))
        run.drop_torn()
        if not resume:
            shutil.rmtree(run.initial, ignore_errors=True)
    tokenizer = bases.load_tokenizer(recipe.base)
    each = recipe.sequences_of_step(world)
    with settings.main_process_first():
        prepared = prepare(pinned_recipe, HubTokenizer(tokenizer), recipe.training.steps * each or None)
    if recipe.dev.measured and not prepared.dev_samples:
        raise TrainingError("train_no_dev")
    recipe = recipe.with_steps(len(prepared.drawn) // each)
    settings.max_steps, settings.warmup_steps = recipe.training.steps, _warmup(recipe)
    if main:
        on_samples(prepared.drawn)
    try:
        checkpoint = run.last_checkpoint() if resume else None
        with run.writing():
            trainer = _trainer(recipe, settings, run, tokenizer, prepared, on_progress)
            known = _state(checkpoint) if checkpoint else None
            if known and without_gain(known.log_history, recipe):
                trainer.state = known  # it had ended, but for its adapter
            else:
                trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
            step = int(trainer.state.global_step)
            finished = step >= recipe.training.steps or without_gain(trainer.state.log_history, recipe)
            if main and finished:
                _finish(trainer, run, recipe, prepared.drawn)
    except (RuntimeError, MemoryError) as error:
        raise _explain(error, recipe) from error
    return Fitted(step, finished, main)


def _state(checkpoint: Path) -> Any:
    """How far the trainer was, and its log."""
    from transformers import TrainerState

    return TrainerState.load_from_json(str(checkpoint / "trainer_state.json"))


def _warmup(recipe: Recipe) -> int:
    """Steps in which the rate rises."""
    return round(recipe.training.warmup * recipe.training.steps)


def _settings(recipe: Recipe, run: RunFolder) -> Any:
    """What the recipe means in TRL's words, on this machine; `fit` sets the steps that `epochs` come to."""
    from trl.trainer.sft_config import SFTConfig

    config = recipe.training
    for tracker in config.trackers:
        if not find_spec(tracker):
            raise TrainingError("train_tracker", name=tracker)
        if variable := _PROJECT_VARIABLES.get(tracker):
            os.environ.setdefault(variable, _PROJECT)
    if recipe.lora is None and int(os.environ.get(WORLD, "1")) > 1:
        raise TrainingError("train_full_sharded")
    if config.preference and int(os.environ.get(WORLD, "1")) > 1:
        raise TrainingError("train_preference_processes")
    cuda = _cuda()
    checkpointing = cuda if config.checkpointing is None else config.checkpointing
    optimizer = config.optimizer
    if sharded():
        optimizer = "adamw_torch"  # the 8-bit states know nothing of sharded parameters
    elif optimizer == "auto":
        optimizer = "paged_adamw_8bit" if cuda else "adamw_torch"
    return SFTConfig(
        output_dir=str(run.checkpoints),
        max_steps=config.steps or 1,
        per_device_train_batch_size=config.batch,
        per_device_eval_batch_size=1,
        gradient_accumulation_steps=config.accumulation,
        learning_rate=config.learning_rate,
        lr_scheduler_type=config.schedule,
        warmup_steps=_warmup(recipe),
        weight_decay=config.weight_decay,
        max_grad_norm=config.clip,
        optim=optimizer,
        bf16=recipe.base.precision == "bf16",
        gradient_checkpointing=checkpointing,
        # the older way loses the gradient of keys and values that Gemma 4's layers share
        gradient_checkpointing_kwargs={"use_reentrant": False},
        seed=config.seed,
        save_strategy="steps",
        save_steps=config.save_every,
        save_total_limit=2,
        eval_strategy="steps" if recipe.dev.measured else "no",
        eval_steps=config.evaluate_every,
        logging_strategy="steps",
        logging_steps=config.log_every,
        report_to=list(config.trackers),
        run_name=recipe.name,
        project=_PROJECT,  # trackio's name of it
        max_length=None,
        # rows come tokenized, labelled and packed: TRL has nothing to prepare
        dataset_kwargs={"skip_prepare_dataset": True},
        remove_unused_columns=False,  # TRL would drop position_ids
        completion_only_loss=False,
        disable_tqdm=True,
        use_cpu=not cuda,
        ddp_backend="gloo" if not cuda and "RANK" in os.environ else None,
        ddp_find_unused_parameters=False,
        ddp_timeout=_DATA_SECONDS,
        dataloader_pin_memory=cuda,
    )


def _trainer(  # noqa: PLR0917 - what a trainer is made of
    recipe: Recipe,
    settings: Any,
    run: RunFolder,
    tokenizer: Any,
    prepared: Prepared,
    on_progress: ProgressCallback,
) -> Any:
    import datasets
    import transformers

    from techsum.training.callbacks import callbacks
    from techsum.training.trainer import AnswerTrainer, collated

    cuda, nf4 = _cuda(), _nf4(recipe)
    transformers.set_seed(recipe.training.seed)  # the adapter's first weights are random too
    base = bases.load_model(recipe.base, nf4=nf4, device_map={"": settings.device} if cuda else None)
    model = adapted(recipe, base, tokenizer, run.initial, nf4=nf4)
    collate = partial(collated, pad=tokenizer.pad_token_id or 0, packed=recipe.training.packing)
    dev = [labelled([s]) for s in prepared.dev_samples]
    preference, reference = recipe.training.preference, []
    if preference:
        pairs = (labelled(prepared.drawn[n]) for n in range(len(prepared.drawn)))
        reference = reference_scores(model, pairs, collate, run.initial / "reference.npy")
        of_dev = reference_scores(model, dev, collate)
        dev = [{**row, "reference": scores} for row, scores in zip(dev, of_dev, strict=True)]
    trainer = AnswerTrainer(
        model=model,
        args=settings,
        processing_class=tokenizer,
        data_collator=collate,
        train_dataset=training_set(prepared.drawn, reference),
        eval_dataset=datasets.Dataset.from_list(dev) if dev else None,
        beta=preference.beta if preference else None,
        callbacks=callbacks(recipe, run, prepared, on_progress),
    )
    trainer.remove_callback(transformers.PrinterCallback)  # it prints into the progress bar
    return trainer


def training_set(drawn: Drawn, reference: Sequence[tuple[float, float]] = ()) -> Any:
    """The drawn sequences as a `datasets.Dataset`; each is read from the disk when it is its turn.

    Args:
        drawn: the sequences.
        reference: of pairs, their scores by the model that the run began with.
    """
    import datasets

    def read(numbers: dict[str, list[int]]) -> dict[str, list[Any]]:
        rows = [labelled(drawn[number]) for number in numbers["number"]]
        if reference:
            rows = [
                {**row, "reference": reference[n]} for row, n in zip(rows, numbers["number"], strict=True)
            ]
        return {name: [row[name] for row in rows] for name in rows[0]}

    return datasets.Dataset.from_dict({"number": range(len(drawn))}).with_transform(read)


def labelled(sequence: Sequence[Sample]) -> dict[str, Any]:
    """A sequence as the trainer takes it: prompts carry no loss, positions begin again with each sample.

    One with a worse answer becomes a pair of such.
    """
    if sequence[0].rejected:
        (one,) = sequence
        worse = replace(one, answer=one.rejected, rejected=())
        return {"chosen": labelled([replace(one, rejected=())]), "rejected": labelled([worse])}
    from techsum.training.losses import IGNORED

    row: dict[str, list[int]] = {"input_ids": [], "labels": [], "position_ids": []}
    for sample in sequence:
        row["input_ids"] += [*sample.prompt, *sample.answer]
        row["labels"] += [*[IGNORED] * len(sample.prompt), *sample.answer]
        row["position_ids"] += range(len(sample))
    return row


def _finish(trainer: Any, run: RunFolder, recipe: Recipe, drawn: Drawn) -> None:
    """Keep what was trained: the best by dev loss where there was an evaluation, else the last."""
    target = run.adapter if recipe.lora else run.model
    part = run.path / f".{target.name}.part"
    shutil.rmtree(part, ignore_errors=True)
    best = best_so_far(run)
    last = run.last_checkpoint()
    if best:
        shutil.copytree(run.best, part)
    elif sharded() and last:  # no process holds the whole adapter; all of them gathered it for the checkpoint
        keep_adapter(last, part, recipe, run.initial)
    else:
        save_trained(trainer.model, part, recipe, trainer.processing_class, run.initial)
    shutil.rmtree(target, ignore_errors=True)
    part.replace(target)
    losses = [line["loss"] for line in trainer.state.log_history if "loss" in line]
    run.tell(
        finished=True,
        steps=int(trainer.state.global_step),
        best=best,
        last_loss=losses[-1] if losses else None,
        samples=len(drawn.samples),
        tokens=int(drawn.lengths.sum()),
        taken=dict(drawn.taken),
        epochs=drawn.epochs,
        bad_rows=drawn.bad_rows,
        skipped=dict(drawn.skipped),
        name=recipe.name,
    )


def _nf4(recipe: Recipe) -> bool:
    by_default = recipe.base.quantization == "auto" and _cuda() and recipe.lora is not None
    return recipe.base.quantization == "nf4" or by_default


def _resolved(recipe: Recipe, settings: Any) -> dict[str, Any]:
    """What decides the result beside the recipe: its `auto`s on this machine, its data's content."""
    return {
        "commits": {s.hub: s.revision for s in recipe.data if s.hub},
        "optimizer": str(getattr(settings.optim, "value", settings.optim)),
        "quantization": "nf4" if _nf4(recipe) else "none",
        "attention": bases.attention(recipe.base) or "transformers' default",
        "dropout": "torch's" if _cuda() else "shared",
        "data": data_hashes(recipe),
        "order": ORDER,
    }


def _cuda() -> bool:
    import torch

    return bool(torch.cuda.is_available())


_PEER_LOST = ("gloo/transport", "connection closed by peer", "connection reset by peer", "nccl")
"""How torch says that another process of the run is gone."""


def _explain(error: Exception, recipe: Recipe) -> Exception:
    message = str(error).lower()
    if isinstance(error, MemoryError) or any(w in message for w in bases.OUT_OF_MEMORY):
        return TrainingError("train_memory", tokens=recipe.training.max_tokens, batch=recipe.training.batch)
    if any(w in message for w in _PEER_LOST):
        return TrainingError("train_peer")
    return error

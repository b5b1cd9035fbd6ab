"""A recipe: one YAML file that says everything about one training run, checked before anything loads."""

import hashlib
import json
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from techsum.prompts import FAMILIES, RenderedFormat

Projection = Literal["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
PROJECTIONS: tuple[Projection, ...] = get_args(Projection)

Task = Literal[
    "summary",
    "instruction",
    "gap-sentences",
    "compression",
    "headline",
    "verdict",
    "answerable",
    "corruptions",
    "dialogue",
    "chat",
]
JUDGED: tuple[Task, ...] = ("verdict", "answerable", "corruptions", "dialogue", "chat")
"""Tasks whose rows are claims or questions: several are about one text."""
Positive = Annotated[int, Field(gt=0)]


class _Part(BaseModel):
    """A section of a recipe: a field that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Base(_Part):
    """The model that is tuned."""

    name: str
    """A hub id (`google/gemma-2-2b-it`), a checkpoint folder, or `gemma-3-270m`, the embedded one."""
    revision: str | None = None
    """The hub's commit or tag; without it the newest."""
    format: RenderedFormat = "gemma"
    """How a prompt is worded: `gemma`, `gemma-4` (E2B, E4B) or `gemma-4-large` for an instruct model, `tuned`
    for a base model."""
    licence: str = "gemma"
    """The base model's licence as the hub names it (`gemma`, `apache-2.0`), for the model card."""
    terms: str = "https://ai.google.dev/gemma/terms"
    """Where the base model's terms of use stand; the model card carries them on."""
    precision: Literal["bf16", "fp32"] = "bf16"
    """Of weights and computation. No fp16: Gemma's activations reach 1e5, and fp16 ends at 65504."""
    quantization: Literal["auto", "none", "nf4"] = "auto"
    """Of the frozen weights. `auto`: nf4 on a GPU, none on a CPU, where it costs speed."""
    attention: Literal["auto", "eager", "sdpa", "flash_attention_2", "flex_attention"] = "auto"
    """`auto`: on a CPU our own, by blocks; else flash attention if installed, or transformers' choice."""


class Lora(_Part):
    """The adapter (Hu et al. 2021)."""

    r: Positive = 16
    """Rank of the two factors."""
    alpha: Annotated[float, Field(gt=0)] = 32
    """The adapter's output is scaled by `alpha / r`, with `rslora` by `alpha / sqrt(r)`."""
    rslora: bool = False
    """Rank-stabilized scale (Kalajdzievski 2023): at ranks of 64 and more `alpha / r` learns too slowly."""
    init: Literal["zero", "pissa", "loftq"] = "zero"
    """The first factors. `zero`: the adapter begins as nothing. `pissa`: the base's own largest singular
    values (Meng et al. 2024), for a base without quantization. `loftq`: what nf4 took from the base's weights
    (Li et al. 2023), for nf4. The last two are written as an adapter of twice the rank, which fits the
    unchanged base."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.05
    """Share of the adapter's inputs that is dropped while training."""
    targets: tuple[Projection, ...] = PROJECTIONS
    """Which projections get an adapter."""
    tokens: tuple[str, ...] = ()
    """Tokens whose embeddings are trained too, as `<start_of_turn>` of a base that never saw its turns."""
    start: str | None = None
    """An adapter's folder to go on from instead of random factors; its r and alpha must be these."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.init == "loftq" and (self.alpha != self.r or self.rslora):
            raise ValueError("recipe_loftq_scale")  # its factors are the error itself: a scale of 1
        if self.start and self.init != "zero":
            raise ValueError("recipe_start_init")
        return self


class Columns(_Part):
    """Names of a file's columns."""

    instruction: str = "instruction"
    """What is asked; a file without it asks for a summary."""
    input: str = "input"
    """The document."""
    output: str = "output"
    """The answer."""
    title: str = "title"
    """The document's title; may be missing."""
    rejected: str = "rejected"
    """`training.preference`: an answer that is worse than the output."""
    claim: str = "text"
    """`verdict`: the sentence that is judged."""
    label: str = "label"
    """`verdict`: true, false, or a word of NLI sets (`entailment`, `contradiction`, `neutral`)."""
    article: str = "article"
    """`verdict`: the id of the article, where `articles` names a file of them."""


class Source(_Part):
    """Where samples come from, and what is made of a row."""

    path: str | None = None
    """A JSONL, CSV (also .gz) or Parquet file, relative to `data_folder`."""
    hub: str | None = None
    """A data set on the hub, instead of `path`."""
    articles: str | None = None
    """`verdict`, `dialogue`: a file of articles (`id`, `title`, `text`) that the rows are about, beside
    `path`: the sentences that a claim is judged by are found as in serving. Without it `input` holds them."""
    subset: str | None = None
    """The data set's configuration on the hub."""
    revision: str | None = None
    """The data set's commit or tag on the hub; without it the newest. A run looks it up once and goes on with
    that commit."""
    split: str = "train"
    """The data set's split on the hub."""
    rows: Positive | None = None
    """Rows that are read at most, from the beginning; without it all. They are kept on the disk."""
    columns: Columns = Columns()
    """What the file calls its columns, where it calls them otherwise."""
    weight: Annotated[float, Field(gt=0)] = 1.0
    """Share of the samples against the other sources' weights."""
    task: Task = "summary"
    """`summary`: the row's `output` is the summary of its `input`, asked for as TechSum asks.
    `instruction`: the row's own `instruction` is asked. `gap-sentences`: the target is made of the
    document's own sentences that say most about the rest (after PEGASUS); `output` is not needed.
    `compression`: each sentence of the output is written from the one to three document sentences that carry
    it. `headline`: the output is a headline of up to 20 characters, written from what carries it.
    `verdict`: the answer says whether the document supports a claim. `answerable`: it says whether the
    sentences that come nearest to one of the row's `questions` answer it. `corruptions`: verdicts about the
    output's sentences, some of the document's own, and the same with one thing made wrong (after FactCC).
    `dialogue`: each turn of a dialogue about an article, after the turns before it; the article stands in
    `articles`, or in `input`. `chat`: each answer of a conversation as it stands, in the shapes of other
    trainers: `messages`, ShareGPT's `conversations`, `prompt` and `completion`, Alpaca."""
    titled: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Share of the samples that show the document's title where it has one: pasted texts have none."""
    rehearsed: Annotated[float, Field(ge=0, le=1)] = 0.0
    """`summary` with an instruct model: share of the samples that are asked for as serving also does: as
    bullets, as the rest of a summary or as a title, so that these are not unlearned."""
    parentheses: Literal["keep", "drop"] = "keep"
    """Whether what stands in parentheses stays in an output: in an encyclopedia it is names and readings."""
    rejected: Literal["column", "corrupted"] = "column"
    """`training.preference`: where the worse answer comes from: the row's own, or the output with one number,
    unit, name or word made wrong by program."""
    duplicates: Literal["drop", "keep"] = "drop"
    """Rows whose document stands, nearly or wholly, in an earlier row, of this or an earlier source with the
    same task and output. Rows that are claims, questions or preferences about a text are always kept."""
    minimum_support: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Least share of the output's words that the document, as shortened, must hold."""
    licence: str
    """Of the texts; the model card names it."""
    credit: str = ""
    """Whom the model card credits."""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.path is None) == (self.hub is None):
            raise ValueError("recipe_one_place")
        return self

    @property
    def answers_stay(self) -> bool:
        """Whether the output is the answer as it stands: its rejected answer is one to the same request."""
        return self.task in ("summary", "instruction") and not self.rehearsed and self.parentheses == "keep"

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.path or "/".join(filter(None, (self.hub, self.subset)))

    @property
    def label(self) -> str:
        """The same with what is made of it: one file may be used for several tasks."""
        column = "" if self.columns.output == "output" else f": {self.columns.output}"
        return f"{self.name} ({self.task}{column})"


class Preference(_Part):
    """DPO: the model learns to hold the output likelier than the rejected answer."""

    beta: Annotated[float, Field(gt=0)] = 0.1
    """How strongly it is held to the model that the run begins with."""


class Training(_Part):
    """The fit itself."""

    steps: Annotated[int, Field(ge=0)] = 0
    """Optimizer steps. 0: as many as `epochs` makes."""
    epochs: Annotated[float, Field(gt=0)] | None = None
    """Instead of `steps`: samples that are taken, as a multiple of those that all sources have together. With
    weights a small source may come more often, a large one less; `--prepare` says how often."""
    batch: Positive = 1
    """Samples in one forward pass of one process."""
    accumulation: Positive = 4
    """Forward passes before one optimizer step."""
    learning_rate: Annotated[float, Field(gt=0, lt=1)] = Field(2e-4, alias="lr")
    """Highest learning rate; written `lr`."""
    schedule: Literal["linear", "cosine", "constant_with_warmup"] = "linear"
    """How the rate falls after the warm-up."""
    warmup: Annotated[float, Field(ge=0, lt=1)] = 0.03
    """Share of the steps in which the rate rises."""
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    """Of AdamW, on the adapter's weights."""
    clip: Annotated[float, Field(gt=0)] = 1.0
    """Longest gradient (norm)."""
    optimizer: Literal["auto", "adamw_torch", "paged_adamw_8bit"] = "auto"
    """`auto`: paged_adamw_8bit on a GPU, adamw_torch on a CPU. Sharded over GPUs (FSDP) it is always
    adamw_torch: the 8-bit states know nothing of shards."""
    max_tokens: Annotated[int, Field(ge=64)] = 1024
    """Longest sample. A document that is longer is shortened at a sentence; an output never is."""
    group_by_length: bool = False
    """Samples of like length share a batch: nothing is computed for padding where samples are short."""
    packing: bool = False
    """Several samples, in the order they were drawn, in one sequence of up to `max_tokens`; each sees only
    itself. `batch` and `steps` then count sequences."""
    preference: Preference | None = None
    """Learn from pairs of answers instead of from single ones; mostly from an adapter (`lora.start`)."""
    checkpointing: bool | None = None
    """Recompute activations to save memory. None: on a GPU yes, on a CPU no."""
    seed: int = 0
    """Of the order, the passages and the dropout."""
    save_every: Positive = 100
    """Steps between two checkpoints."""
    evaluate_every: Positive = 100
    """Steps between two evaluations on `dev`."""
    patience: Positive | None = None
    """Evaluations in a row without a lower dev loss after which the run ends. None: it does not."""
    log_every: Positive = 5
    """Steps between two lines of the log."""
    trackers: tuple[Literal["tensorboard", "wandb", "mlflow", "trackio"], ...] = ()
    """Trackers that get the log too, beside `log.jsonl`. Keys and addresses come from their own variables."""
    cost_per_hour: Annotated[float, Field(gt=0)] | None = None
    """What an hour of the machine costs, in any currency: after 20 steps the run says what it comes to."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_name=False, validate_by_alias=True)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.packing and self.group_by_length:
            raise ValueError("recipe_packed_and_grouped")
        if self.packing and self.preference:
            raise ValueError("recipe_packed_pairs")
        if bool(self.steps) == bool(self.epochs):
            raise ValueError("recipe_steps_or_epochs")
        return self


class Dev(_Part):
    """What is looked at during the run. Never trained on."""

    path: str | None = None
    """A file as in `data`."""
    holdout: Annotated[float, Field(ge=0, le=0.5)] = 0.0
    """Instead of `path`: share of each source's documents that are kept out of the training, chosen by a hash
    of their characters, so that a document that comes twice is never on both sides."""
    articles: str | None = None
    """`verdict`: the articles of its claims, as in `data`."""
    columns: Columns = Columns()
    """What the file calls its columns, where it calls them otherwise."""
    task: Task = "summary"
    """What is made of a row, as in `data`."""
    rows: Positive = 60
    """Rows whose loss is measured."""
    generated: Annotated[int, Field(ge=0)] = 16
    """Rows whose summary is written and compared (morpheme ROUGE)."""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if self.path and self.holdout:
            raise ValueError("recipe_dev_twice")
        return self

    @property
    def measured(self) -> bool:
        """Whether there is anything to look at."""
        return bool(self.path or self.holdout)


class Recipe(_Part):
    """Everything about one run."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,63}$")
    """What the tuned model is called."""
    about: str = ""
    """One line for the model card."""
    base: Base
    """The model that is tuned."""
    lora: Lora | None = Lora()
    """The adapter. `null`: all weights are trained, in fp32, and the run gives a whole model."""
    data_folder: Path = Path("data")
    """What the paths of sources are relative to, itself relative to where the command runs."""
    data: Annotated[tuple[Source, ...], Field(min_length=1)]
    """Where samples come from; sources take turns by their weights."""
    dev: Dev = Dev()
    """What is looked at during the run."""
    test: tuple[str, ...] = ()
    """Files that may not share a text with the training data; `--check` looks."""
    training: Training
    """The fit."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.training.patience and not self.dev.measured:
            raise ValueError("recipe_patience_without_dev")
        if self.dev.holdout and any(s.task in JUDGED for s in self.data):
            raise ValueError("recipe_holdout_task")
        if self.training.preference and any(s.rejected == "column" and not s.answers_stay for s in self.data):
            raise ValueError("recipe_rejected_column")
        if not FAMILIES[self.base.format].instruct and any(s.task == "chat" for s in self.data):
            raise ValueError("recipe_chat_format")
        if self.lora is None and self.base.quantization == "nf4":
            raise ValueError("recipe_full_nf4")
        return self

    @property
    def for_gpu(self) -> bool:
        """Whether it says itself that it is for a GPU, by 4-bit weights or flash attention."""
        return self.base.quantization == "nf4" or self.base.attention == "flash_attention_2"

    @property
    def fingerprint(self) -> str:
        """A hash of what decides the result: a run can only go on with the recipe that began it."""
        fields = self.model_dump(
            mode="json", exclude={"about", "test", "data_folder"}, exclude_defaults=True, by_alias=True
        )
        for field in ("save_every", "evaluate_every", "log_every", "trackers", "cost_per_hour"):
            fields["training"].pop(field, None)
        return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()[:16]

    def sequences_of_step(self, processes: int = 1) -> int:
        """Sequences of one optimizer step, over all processes."""
        return self.training.batch * self.training.accumulation * processes

    def with_steps(self, steps: int) -> Self:
        """The same with the number of steps that its `epochs` come to."""
        if self.training.epochs is None:
            return self
        training = self.training.model_copy(update={"steps": max(steps, 1), "epochs": None})
        return self.model_copy(update={"training": training})

    def folder(self, path: str) -> Path:
        """A source's file."""
        return self.data_folder / path

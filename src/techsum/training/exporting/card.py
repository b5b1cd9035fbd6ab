"""The model card: what the model is, what it was made of, how good it is, whose terms it carries on."""

from collections.abc import Mapping
from typing import Any

import yaml

from techsum.training.recipe import Lora, Recipe

_TERMS_NOTICE = (
    "Gemma is provided under and subject to the Gemma Terms of Use found at ai.google.dev/gemma/terms. "
    "This model is a modified version of it; the use restrictions of section 3.2 pass on to every user."
)


def model_card(recipe: Recipe, figures: Mapping[str, Any], to: str, quantization: str) -> str:
    """The card as Markdown with the hub's YAML head.

    Args:
        recipe: what the run did.
        figures: what `run.json` holds, with `parity` of this export, and `table` where one was measured.
        to: what was exported.
        quantization: of a GGUF.
    """
    head = {
        "language": ["ko"],
        "base_model": recipe.base.name,
        "library_name": {"adapter": "peft", "merged": "transformers", "fp8": "transformers"}.get(to, "gguf"),
        "pipeline_tag": "summarization",
        "license": recipe.base.licence,
        "tags": ["techsum", "summarization", "korean"],
    }
    training = recipe.training
    parity = figures["parity"]
    moved = "-" if parity["moved"] is None else f"{parity['moved']:.4f}"
    lines = [
        "---",
        yaml.safe_dump(head, sort_keys=False).strip(),
        "---",
        f"# {recipe.name}",
        "",
        recipe.about,
        "",
        f"Made by TechSum {figures.get('techsum', '')} from the recipe below. Prompts are worded by "
        f"`techsum.prompts` in the format `{recipe.base.format}`"
        + (
            " (no chat template: `제목: TITLE`, `글: SENTENCES`, then `한 문장(40자):` or `제목:`)."
            if recipe.base.format == "tuned"
            else "."
        ),
        "",
        "## Data",
        "",
        "| source | used as | licence | credit | samples |",
        "|---|---|---|---|---|",
        *(
            f"| {s.name} | {s.label.removeprefix(s.name).strip(' ()')} | {s.licence} | {s.credit or '-'} | "
            f"{figures.get('taken', {}).get(s.label, '-')} |"
            for s in recipe.data
        ),
        "",
        "## Training",
        "",
        f"{_trained(recipe.lora)}; {figures.get('steps') or training.steps} steps of {training.batch} x {training.accumulation} "
        f"samples, learning rate {training.learning_rate:g} ({training.schedule}), at most {training.max_tokens} "
        "tokens, loss on the answer only.",
        "",
        f"Last training loss {_figure(figures.get('last_loss'))}; best dev loss "
        f"{_figure((figures.get('best') or {}).get('loss'))} at step {(figures.get('best') or {}).get('step', '-')}.",
        "",
        "## Figures",
        "",
        str(figures.get("table") or "Not evaluated yet: `techsum eval` writes the table."),
        "",
        "## Parity",
        "",
        f"This export ({to}{f', {quantization}' if to in ('gguf', 'ollama') else ''}) against the trained "
        f"model on {parity['prompts']} fixed prompts: identical token ids, one `<bos>`, mean log-probability moved "
        f"by {moved} nats a token at most (allowed {parity['threshold']}), same greedy text for "
        f"{parity['same_text']} of {parity['prompts']}.",
        "",
        "## Terms",
        "",
        f"Base: {recipe.base.name}, {recipe.base.terms}",
        "",
        *([_TERMS_NOTICE] if recipe.base.licence == "gemma" else []),
        "",
        "## Limits",
        "",
        "It may state what the article does not say. TechSum checks every sentence against the article and marks "
        "what it cannot find; used without it, check the text yourself.",
        "",
    ]
    return "\n".join(lines)


def _trained(lora: Lora | None) -> str:
    """What was trained."""
    if lora is None:
        return "All weights"
    kind = "".join(
        [", rank-stabilized" if lora.rslora else "", f", {lora.init}" if lora.init != "zero" else ""]
    )
    tokens = f" and the embeddings of {', '.join(f'`{t}`' for t in lora.tokens)}" if lora.tokens else ""
    return f"LoRA r={lora.r}, alpha={lora.alpha}{kind}, dropout={lora.dropout} on {', '.join(lora.targets)}{tokens}"


def _figure(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, float | int) else "-"

"""The losses: cross entropy of the answers' tokens, and DPO's on pairs of answers."""

from typing import Any

from torch.nn import functional

IGNORED = -100
"""The label of a token that carries no loss."""


def answer_loss(model: Any, batch: dict[str, Any]) -> Any:
    """Summed cross entropy of the labelled tokens: a scalar in fp32. See `answer_scores`."""
    return -answer_scores(model, batch).sum()


def answer_scores(model: Any, batch: dict[str, Any]) -> Any:
    """Summed log-probability of each row's labelled tokens.

    Args:
        model: a causal model that takes `logits_to_keep`.
        batch: what `trainer.collated` gives; labels are -100 where a token carries no loss.

    Returns:
        [rows] in fp32. Only columns with a label in any row are asked for: with one sample a pass these are
        the answer's, and memory does not grow with the document.
    """
    inputs = {name: value for name, value in batch.items() if name != "labels"}
    labels = batch["labels"][:, 1:]
    columns = (labels != IGNORED).any(0).nonzero().squeeze(1)  # position n predicts token n + 1
    logits = model(**inputs, logits_to_keep=columns, use_cache=False).logits
    labels = labels[:, columns]
    each = functional.cross_entropy(
        logits.flatten(0, 1).float(), labels.flatten(), ignore_index=IGNORED, reduction="none"
    )
    return -each.view(labels.shape).sum(-1)


def preference_loss(scores: Any, reference: Any, beta: float) -> Any:
    """The mean DPO loss of a batch.

    Args:
        scores: summed log-probabilities of the answers, [2 x pairs]: all chosen ones, then the rejected.
        reference: the same by the model that the run began with.
        beta: how strongly the model is held to that one.
    """
    chosen, rejected = (scores - reference).chunk(2)
    return -functional.logsigmoid(beta * (chosen - rejected)).mean()

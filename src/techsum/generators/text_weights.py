"""The language model of a checkpoint, whatever else it holds."""

from typing import Any

from techsum.settings import hub_token

_LANGUAGE_MODEL = {r"^model\.language_model\.": "model.", r"^language_model\.": ""}
"""From a tensor's name in a checkpoint for text, images and sound to its name in the text model alone."""


def load_text_model(where: str, revision: str, **options: Any) -> Any:
    """A causal language model of transformers.

    A checkpoint for several media (Gemma 3 from 4B on, 3n, 4) gives its text model alone: less memory, and
    the modules have the names that adapters know. Its own class would load such a file without an error
    and leave every weight random, because the names do not match.

    Args:
        where: a hub id or a folder.
        revision: the hub's commit, tag or branch.
        options: more of `from_pretrained`.

    Raises:
        OSError: the checkpoint is missing, gated, or lacks weights of the language model.
        ValueError: its architecture is unknown.
    """
    import transformers

    transformers.utils.logging.set_verbosity_error()  # it reports each weight of other media that is left out
    config = transformers.AutoConfig.from_pretrained(where, revision=revision, token=hub_token())
    text_config = config.get_text_config()
    if text_config is not config:
        options |= {"config": text_config, "key_mapping": _LANGUAGE_MODEL}
    model, loaded = transformers.AutoModelForCausalLM.from_pretrained(
        where,
        revision=revision,
        token=hub_token(),
        use_safetensors=True,  # a .bin is a pickle, and a pickle is a program
        output_loading_info=True,
        **options,
    )
    if missing := sorted(loaded["missing_keys"]):
        raise OSError(f"{where} lacks {len(missing)} weights of its language model: {missing[0]}")
    return model

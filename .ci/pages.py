"""Gives the site the project's own paths, so that every link of README.md and docs/ leads where it says."""

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

PROJECT = Path(__file__).parents[1]
PUBLISHED = ("*.md", "docs/**/*.*", "deploy/**/*.*", "benchmarks/RESULTS.md", "data/techsum-ko/README.md")


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Put what is published, each file under its path in the project, in the place of what lies in docs/."""
    names = sorted({path.relative_to(PROJECT).as_posix() for one in PUBLISHED for path in PROJECT.glob(one)})
    published = [File.generated(config, name, abs_src_path=str(PROJECT / name)) for name in names]
    return Files([*(file for file in files if file.src_dir != config.docs_dir), *published])

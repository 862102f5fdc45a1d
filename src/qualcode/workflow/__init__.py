"""The Snakemake workflow: `Snakefile`, one rule file a stage in `rules/`, profiles and captions."""

from pathlib import Path

FOLDER = Path(__file__).parent
SNAKEFILE = str(FOLDER / "Snakefile")

"""The Snakemake workflow: `Snakefile`, one rule file a stage in `rules/`, profiles and captions."""

from pathlib import Path

FOLDER = Path(__file__).parent
SNAKEFILE = str(FOLDER / "Snakefile")
# what a study's own Snakefile asks for
REPORTS = ("reports/findings.docx", "reports/index.html", "reports/supplement.xlsx", "reports/provenance.json")

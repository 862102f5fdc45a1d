# The workflow that ships inside the package, on the study in this folder.
from qualcode.workflow import REPORTS, SNAKEFILE


rule all:
    """Make every table, figure and document"""
    input:
        REPORTS,


include: SNAKEFILE

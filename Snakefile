# The workflow that ships inside the package, on the study in this folder.
from qualcode.workflow import SNAKEFILE


include: SNAKEFILE

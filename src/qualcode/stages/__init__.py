"""One module a stage: reads its files, calls the stage's functions, writes its files. Called by the workflow's rules."""

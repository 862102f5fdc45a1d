rule leaks:
    """Look through every output for names, e-mail addresses and telephone numbers"""
    input:
        outputs=every_output,
        key=key_file(),
        decisions=shown(study.decisions_files),
    output:
        "reports/tables/leaks.csv",
    log:
        "logs/leaks.txt",
    benchmark:
        "logs/benchmarks/leaks.tsv"
    params:
        version=VERSION,
        settings=settings.model_dump_json(),
        others=other_outputs,
    shell:
        r"""
        qualcode stage leaks --study . --table {output:q} >{log:q} 2>&1
        """

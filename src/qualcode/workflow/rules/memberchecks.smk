rule memberchecks:
    """Count what participants answered to the themes shown to them"""
    input:
        answers=shown(study.memberchecks_files),
        people=raw("participants"),
        codebook="data/processed/codebook.parquet",
    output:
        log="data/processed/memberchecks.parquet",
        table="reports/tables/memberchecks.csv",
    log:
        "logs/memberchecks.txt",
    benchmark:
        "logs/benchmarks/memberchecks.tsv"
    params:
        version=VERSION,
        withdrawn=sorted(study.withdrawn),
    shell:
        r"""
        qualcode stage memberchecks --study . --codebook {input.codebook:q} \
            --log {output.log:q} --table {output.table:q} >{log:q} 2>&1
        """

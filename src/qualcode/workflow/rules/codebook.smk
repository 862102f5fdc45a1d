rule codebook:
    """Check the codebook in use and list its entries"""
    input:
        shown(study.codebook_files),
        shown(study.released_file),
    output:
        codebook="data/processed/codebook.parquet",
        table="reports/tables/codebook.csv",
    log:
        "logs/codebook.txt",
    benchmark:
        "logs/benchmarks/codebook.tsv"
    params:
        version=VERSION,
        settings=settings.codebook.model_dump_json(),
    shell:
        r"""
        qualcode stage codebook --study . --codebook {output.codebook:q} --table {output.table:q} >{log:q} 2>&1
        """

rule review:
    """Count what a second person confirmed, changed, rejected and added"""
    input:
        codings="data/processed/codings.parquet",
        assignments="data/processed/assignments.parquet",
        turns="data/processed/turns.parquet",
        transcripts="data/processed/transcripts.parquet",
        texts="data/processed/texts",
        codebook="data/processed/codebook.parquet",
        splits="data/processed/splits.parquet",
        unaligned="data/processed/unaligned.parquet",
        decisions=shown(study.code_decisions_files),
    output:
        review="reports/tables/review.csv",
        verdicts="reports/tables/review_codings.csv",
    log:
        "logs/review.txt",
    benchmark:
        "logs/benchmarks/review.tsv"
    params:
        version=VERSION,
        settings=settings.agreement.model_dump_json(),
        match=settings.consensus.match,
        approach=settings.analysis.approach,
    shell:
        r"""
        qualcode stage review --study . --codings {input.codings:q} --assignments {input.assignments:q} \
            --turns {input.turns:q} --transcripts {input.transcripts:q} --texts {input.texts:q} \
            --codebook {input.codebook:q} --splits {input.splits:q} --unaligned {input.unaligned:q} \
            --settings {params.settings:q} --match {params.match} --approach {params.approach:q} \
            --review {output.review:q} --verdicts {output.verdicts:q} >{log:q} 2>&1
        """

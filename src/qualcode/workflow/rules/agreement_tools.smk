rule agreement_tools:
    """Compute what other programs print as agreement for the same codings"""
    input:
        codings="data/processed/codings.parquet",
        assignments="data/processed/assignments.parquet",
        segments="data/processed/segments.parquet",
        turns="data/processed/turns.parquet",
        transcripts="data/processed/transcripts.parquet",
        texts="data/processed/texts",
        codebook="data/processed/codebook.parquet",
        splits="data/processed/splits.parquet",
        unaligned="data/processed/unaligned.parquet",
    output:
        tools="reports/tables/agreement_tools.csv",
    log:
        "logs/agreement_tools.txt",
    benchmark:
        "logs/benchmarks/agreement_tools.tsv"
    params:
        version=VERSION,
        settings=settings.agreement.model_dump_json(),
        approach=settings.analysis.approach,
    shell:
        r"""
        qualcode stage agreement_tools \
            --codings {input.codings:q} --assignments {input.assignments:q} --segments {input.segments:q} \
            --turns {input.turns:q} --transcripts {input.transcripts:q} --texts {input.texts:q} \
            --codebook {input.codebook:q} --splits {input.splits:q} --unaligned {input.unaligned:q} \
            --settings {params.settings:q} --approach {params.approach:q} --tools {output.tools:q} >{log:q} 2>&1
        """

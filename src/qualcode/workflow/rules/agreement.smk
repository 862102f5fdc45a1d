AGREEMENT_TABLES = [
    "agreement",
    "agreement_by_code",
    "agreement_by_scope",
    "agreement_differences",
    "agreement_diagnosis",
    "agreement_confusion",
]


rule agreement:
    """Measure how far coders agree, on each code and over all"""
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
        aligned="reports/tables/alignment.csv",
        raw=raw("participants"),
        consensus=as_a_side("data/processed/consensus.parquet"),
        disagreements=as_a_side("reports/tables/disagreements.csv"),
    output:
        tables=expand("reports/tables/{name}.csv", name=AGREEMENT_TABLES),
    log:
        "logs/agreement.txt",
    benchmark:
        "logs/benchmarks/agreement.tsv"
    params:
        version=VERSION,
        settings=settings.agreement.model_dump_json(),
        language=settings.study.language,
        approach=settings.analysis.approach,
        consensus="".join(as_a_side("data/processed/consensus.parquet")),
        disagreements="".join(as_a_side("reports/tables/disagreements.csv")),
        folder=folder_of_tables,
    shell:
        r"""
        qualcode stage agreement \
            --study . --codings {input.codings:q} --assignments {input.assignments:q} --segments {input.segments:q} \
            --turns {input.turns:q} --transcripts {input.transcripts:q} --texts {input.texts:q} \
            --codebook {input.codebook:q} --splits {input.splits:q} \
            --unaligned {input.unaligned:q} --aligned {input.aligned:q} \
            --consensus={params.consensus:q} --disagreements={params.disagreements:q} --settings {params.settings:q} \
            --language {params.language:q} --approach {params.approach:q} --folder {params.folder:q} >{log:q} 2>&1
        """

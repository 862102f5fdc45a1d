rule codings:
    """Read everybody's codings, place each in its transcript; read memos and cases of tools"""
    input:
        files=shown(study.codings_files),
        sidecars=shown(study.codings_sidecars),
        people=raw("assignments"),
        memos=shown(memo_files_with_places(study)),
        versions=shown(study.codebook_files),
        decisions=shown(study.code_decisions_files),
        transcripts="data/processed/transcripts.parquet",
        turns="data/processed/turns.parquet",
        edits="data/processed/edits.parquet",
        texts="data/processed/texts",
        codebook="data/processed/codebook.parquet",
    output:
        codings="data/processed/codings.parquet",
        assignments="data/processed/assignments.parquet",
        refused="data/processed/refused.csv",
        imports="reports/tables/imports.csv",
        import_codes="reports/tables/import_codes.csv",
        splits="data/processed/splits.parquet",
        retired="data/processed/retired.csv",
        carried="reports/tables/carried.csv",
        memos="data/processed/tool_memos.parquet",
        cases="data/processed/cases.parquet",
        attributes="data/processed/attributes.parquet",
        unaligned="data/processed/unaligned.parquet",
        alignment="reports/tables/alignment.csv",
        changed="data/processed/changed_codings.parquet",
    log:
        "logs/codings.txt",
    benchmark:
        "logs/benchmarks/codings.tsv"
    params:
        version=VERSION,
        withdrawn=sorted(study.withdrawn),
        settings=settings.codings.model_dump_json(),
        coders=[coder.id for coder in settings.coders],
    shell:
        r"""
        qualcode stage codings --study . --transcripts {input.transcripts:q} --turns {input.turns:q} \
            --edits {input.edits:q} --texts {input.texts:q} --codebook {input.codebook:q} \
            --codings {output.codings:q} --assignments {output.assignments:q} --refused {output.refused:q} \
            --imports {output.imports:q} --import-codes {output.import_codes:q} --splits {output.splits:q} \
            --retired {output.retired:q} --carried {output.carried:q} --memos {output.memos:q} \
            --cases {output.cases:q} --attributes {output.attributes:q} \
            --unaligned {output.unaligned:q} --alignment {output.alignment:q} \
            --changed {output.changed:q} >{log:q} 2>&1
        """

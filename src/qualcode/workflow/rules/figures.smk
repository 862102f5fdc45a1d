FIGURES = [
    "thematic_map",
    "theme_by_participant",
    "agreement",
    "agreement_pairs",
    "agreement_confusion",
    "agreement_timeline",
    "saturation",
]


rule figures:
    """Draw the thematic map, theme by participant, agreement and saturation"""
    input:
        themes="reports/tables/themes.csv",
        consensus="data/processed/consensus.parquet",
        transcripts="data/processed/transcripts.parquet",
        turns="data/processed/turns.parquet",
        texts="data/processed/texts",
        codebook="data/processed/codebook.parquet",
        codings="data/processed/codings.parquet",
        agreement="reports/tables/agreement.csv",
        by_code="reports/tables/agreement_by_code.csv",
        by_scope="reports/tables/agreement_by_scope.csv",
        confusion="reports/tables/agreement_confusion.csv",
        saturation="reports/tables/saturation.csv",
        raw=raw("participants") + raw("sessions") + raw("speakers"),
    output:
        presence="reports/tables/theme_by_participant.csv",
        svg=report(
            expand("reports/figures/{name}.svg", name=FIGURES),
            caption=caption("figures"),
            category="Figures",
        ),
        png=expand("reports/figures/{name}.png", name=FIGURES),
    log:
        "logs/figures.txt",
    benchmark:
        "logs/benchmarks/figures.tsv"
    params:
        version=VERSION,
        folder=folder_of_png,
    shell:
        r"""
        qualcode stage figures \
            --study . --themes {input.themes:q} --consensus {input.consensus:q} --transcripts {input.transcripts:q} \
            --turns {input.turns:q} --texts {input.texts:q} --codebook {input.codebook:q} --codings {input.codings:q} \
            --agreement {input.agreement:q} --agreement-by-code {input.by_code:q} --agreement-by-scope {input.by_scope:q} \
            --agreement-confusion {input.confusion:q} --saturation {input.saturation:q} \
            --presence {output.presence:q} --folder {params.folder:q} >{log:q} 2>&1
        """

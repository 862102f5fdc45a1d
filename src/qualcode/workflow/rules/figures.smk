FIGURES = ["thematic_map", "theme_by_participant", "agreement", "saturation"]


rule figures:
    """Draw the thematic map, theme by participant, agreement and saturation"""
    input:
        themes="reports/tables/themes.csv",
        consensus="data/processed/consensus.parquet",
        transcripts="data/processed/transcripts.parquet",
        turns="data/processed/turns.parquet",
        texts="data/processed/texts",
        codebook="data/processed/codebook.parquet",
        agreement="reports/tables/agreement_by_code.csv",
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
            --turns {input.turns:q} --texts {input.texts:q} --codebook {input.codebook:q} --agreement-by-code {input.agreement:q} --saturation {input.saturation:q} \
            --presence {output.presence:q} --folder {params.folder:q} >{log:q} 2>&1
        """

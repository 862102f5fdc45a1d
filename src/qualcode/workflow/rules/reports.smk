REPORT_TABLES = [
    "participants",
    "sessions",
    "transcripts",
    "imports",
    "themes",
    "quotes",
    "definitions",
    "agreement",
    "agreement_by_code",
    "agreement_by_scope",
    "agreement_differences",
    "agreement_diagnosis",
    "agreement_confusion",
    "agreement_before_after",
    "agreement_tools",
    "review",
    "review_codings",
    "training",
    "disagreements",
    "rulings",
    "readings",
    "cooccurrence",
    "saturation",
    "topics",
    "constructs",
    "theme_by_participant",
    "memberchecks",
    "codebook",
    "changed",
]


rule reports:
    """Write findings.docx, index.html, the workbooks and where everything comes from"""
    input:
        tables=expand("reports/tables/{name}.csv", name=REPORT_TABLES),
        figures=expand(
            "reports/figures/{name}.{ending}", name=FIGURES, ending=["svg", "png"]
        ),
        codings="data/processed/codings.parquet",
        notes="data/processed/topic_notes.json",
        identifiers="data/processed/identifiers.json",
        decisions=shown(study.decisions_files),
        memberchecks=shown(study.memberchecks_files),
    output:
        findings=report(
            "reports/findings.docx",
            caption=caption("findings"),
            category="Documents",
        ),
        index=report(
            "reports/index.html", caption=caption("index"), category="Documents"
        ),
        supplement="reports/supplement.xlsx",
        provenance="reports/provenance.json",
        methods="reports/tables/agreement_methods.txt",
        printed=expand(
            "reports/tables/{name}.{ending}",
            name=["themes", "constructs"],
            ending=["docx", "xlsx"],
        ),
    log:
        "logs/reports.txt",
    benchmark:
        "logs/benchmarks/reports.tsv"
    params:
        version=VERSION,
        settings=settings.model_dump_json(),
        rules=rule_files,
    shell:
        r"""
        qualcode stage reports --study . --rules {params.rules:q} >{log:q} 2>&1
        """

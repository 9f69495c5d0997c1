"""From files to passages: load → parse → structure → chunk → index. Start reading at `ingest.pipeline.ingest_paths`."""

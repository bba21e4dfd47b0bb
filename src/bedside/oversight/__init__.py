"""Looking back: figures and evidence, aggregates only."""

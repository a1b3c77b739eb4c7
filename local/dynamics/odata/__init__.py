"""The protocol: paths, filters, queries, batches."""

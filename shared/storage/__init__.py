"""Azure Table Storage: rows, transactions within a partition, leases."""

"""Azure Storage, the only place where Custos keeps state: rows, queues, blobs, leases. Azurite locally, same code."""

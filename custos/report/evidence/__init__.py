"""The folder of evidence that an auditor is given, for one standard: an index to read, what it points to, and the hash of every file."""

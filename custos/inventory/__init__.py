"""The mirror of the tenant: what was found and read of sites, libraries, files, links and people, kept in open tables."""

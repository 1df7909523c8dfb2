"""What the pages show, as plain records: the same that `/sim/….json` answers. Nothing here scans the whole tenant."""

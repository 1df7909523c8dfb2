"""What Custos keeps, copied into a folder with a checksum of each part, and put back where it was lost."""

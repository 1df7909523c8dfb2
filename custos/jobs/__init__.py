"""What the triggers and the command line ask for, one module each. Both are thin faces of these calls."""

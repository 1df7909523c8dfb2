"""What all rooms speak of: subjects, findings, actions, plans and policies as typed records. Nothing is decided here."""

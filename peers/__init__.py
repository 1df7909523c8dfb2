"""Other people's tools beside Custos, on one simulated tenant. Never deployed; nothing of Custos imports it."""

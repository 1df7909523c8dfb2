"""The simulated tenant's own controls: clock, deeds, state."""

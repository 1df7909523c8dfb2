"""What `make run` and `make bench` show: Custos at work on a simulated tenant. Never deployed."""

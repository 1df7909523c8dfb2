"""The council's registers (assets, owners, schedule, holds, agreements, calendar), read from CSV and checked against each other."""

"""Faults put under a running Dateline: killed programs, full disks, cut power, many at once. `docs/reliability.md`."""

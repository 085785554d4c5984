"""Other tile servers, started on the loopback to measure against, each from what its own project recommends."""

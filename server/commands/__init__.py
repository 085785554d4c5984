"""The commands of ``dateline``, one module a subject; ``server.cli`` gathers them."""

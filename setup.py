"""The compiled kernels of tiles, pictures and joins; all else is in setup.cfg. Without a compiler numpy does their
work."""
from setuptools import Extension, setup

ALIKE = ["-O3", "-ffp-contract=off"]
"""Both rungs must round alike."""

setup(ext_modules=[
    Extension("geo.tiles.kernel", ["geo/tiles/kernel.c"], optional=True, extra_compile_args=ALIKE),
    Extension("geo.cover", ["geo/cover.c"], optional=True, extra_compile_args=ALIKE),
    Extension("geo.shares", ["geo/shares.c"], optional=True, extra_compile_args=ALIKE),
])

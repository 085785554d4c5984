"""The compiled kernel of the tiles; everything else is in setup.cfg. Without a compiler numpy does its work."""
from setuptools import Extension, setup

setup(ext_modules=[
    Extension(
        "geo.tiles.kernel", ["geo/tiles/kernel.c"], optional=True,
        extra_compile_args=["-O2", "-ffp-contract=off"],  # both rungs must round alike
    ),
])

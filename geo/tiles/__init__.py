"""Vector tiles from flat arrays: fast, the same border for all neighbours and days, in two rungs of the same bytes.

``arrays`` lays a collection's versions out, ``topology`` and ``snap`` make of them one level a zoom, ``encoder``
writes tiles of those by ``kernel.c`` or, where that was not built, by ``numpy_rung``.
"""

"""Decisions on millions of cases: lines of JSON or Parquet in, files of decisions out, in bounded memory.

``run`` has a whole batch on one page. ``inputs`` plans units of work (``lines`` for JSON, ``folder`` for Parquet).
``workers`` does the units, each as ``unit`` says (``decide``, then ``output``). ``manifest`` records the units that are
done, so that an interrupted batch can be resumed. ``cluster`` decides in tasks of Ray. Needs the extra ``batch``.
"""

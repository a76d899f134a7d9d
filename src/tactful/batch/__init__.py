"""Decisions on millions of cases: lines of JSON or a folder of Parquet in, files of decisions out, in bounded memory.

``run`` shows a whole batch. ``inputs`` plans units of work (``lines`` for JSON, ``folder`` for Parquet). ``workers`` does the
units, each as ``unit`` describes (``decide``, then ``output``). ``manifest`` records which units are done, so that a batch
that was interrupted can be resumed. ``cluster`` does the same as tasks of Ray. Needs the extra ``batch``.
"""

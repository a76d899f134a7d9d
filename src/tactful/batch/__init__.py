"""Very many cases: files of lines or folders of Parquet in, files of decisions out, in bounded memory.

``run`` is the whole way on a page. ``inputs`` plans units of work (``lines``; ``footers``, ``streams``, ``sorting`` and
``tables`` for Parquet), ``workers`` does them, each as ``unit`` says (``decide``, ``parts``, ``records``, ``words``), and
``manifest`` knows what is done, so that a run that was ended goes on where it stopped. Takes the extra ``batch``.
"""

"""Writing tables of decisions as Parquet: much of what Arrow's writer sees to for any table need not be done for these.

What stands in dictionaries is known to be few, numbers are small, and what is null is kept as bits already; so pages are
made by numpy, a column at a time. ``thrift`` writes headers, ``runs`` numbers of a few bits, ``pages`` columns, ``footer``
what tells readers of them, ``file`` all of it in its order. The format: https://parquet.apache.org/docs/file-format.
"""

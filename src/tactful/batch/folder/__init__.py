"""A folder of Parquet files, cut into units of work."""

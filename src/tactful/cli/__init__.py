"""The command line: ``tactful advise``, ``check``, ``rules``, ``explain``, ``schema``."""

"""Every code of a message, with its page: a file for each block."""

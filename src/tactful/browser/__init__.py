"""What the page asks of the rules: questions and answers as JSON, in a process that has no network and no files of its own."""

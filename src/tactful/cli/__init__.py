"""The command line. Each command has a module of its own; ``app`` registers them all."""

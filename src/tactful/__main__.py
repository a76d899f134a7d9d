"""``python -m tactful``."""

from _tactful_command import main

if __name__ == "__main__":
    main()

"""`python -m factory_byok` is the same program as `byok`."""

from factory_byok.cli import main

if __name__ == "__main__":
    main()

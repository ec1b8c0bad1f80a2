"""`python -m vault_sync`."""

from vault_sync.cli.main import main

if __name__ == "__main__":
    main()

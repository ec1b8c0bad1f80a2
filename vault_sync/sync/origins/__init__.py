"""The origins of files: which file each is, edited here, brought, or copied by a sync service."""

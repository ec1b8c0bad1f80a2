"""The plan of a pass, with what people decided and the conflicts note among its operations."""

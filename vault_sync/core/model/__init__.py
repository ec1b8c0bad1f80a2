"""The plain values that all other packages pass around."""

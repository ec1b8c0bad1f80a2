"""One pass over a vault: observe, plan, apply, report."""

"""The machine around a vault: service managers, desktop, log, memory, the doctor's checks."""

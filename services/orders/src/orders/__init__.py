"""The order desk: intake, confirmation, cancelling, and the one status that people see."""

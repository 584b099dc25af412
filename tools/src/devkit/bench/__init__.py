"""The measurements: what the platform does, beside what nobody on this machine can do faster."""

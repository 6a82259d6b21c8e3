"""What people ask for, each one function: the command line calls these."""

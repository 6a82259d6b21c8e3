"""What the monitoring keeps, as its first release made it: nothing was added since."""

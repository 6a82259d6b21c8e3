"""What is measured of a run, as releases before this version made it: nothing was added since."""

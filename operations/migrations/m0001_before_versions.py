"""The logs of the operations as the first release made them: nothing was added since."""

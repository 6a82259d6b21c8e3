"""The day on which production moves over, and the way back: the program ``cutover``."""

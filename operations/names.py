"""Names that several parts of the operations know."""

#: What a relation of somebody else's is called after it was renamed aside for one of ours.
BEFORE = "__before"
#: What a table of ours with rows of its own is called while somebody else's has its name back.
AFTER = "__after"

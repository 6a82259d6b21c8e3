"""The whole cutover once, on a machine of one's own: from sample workbooks to the retirement of the old tables."""

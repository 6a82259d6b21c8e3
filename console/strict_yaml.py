"""YAML as people mean it: a key that stands twice is an error. PyYAML would silently take the last."""

from __future__ import annotations

from collections.abc import Hashable
from copy import deepcopy
from functools import lru_cache
from typing import Any

import yaml

_MERGE = "tag:yaml.org,2002:merge"


def parse_yaml(text: str) -> Any:
    """What a YAML document says: plain values, never objects.

    Raises:
        yaml.YAMLError: it is not YAML, or a key stands twice in one mapping; names line and column.
    """
    return deepcopy(_parsed(text))


@lru_cache(maxsize=32)  # a run reads the same few files a dozen times, and to parse one takes long
def _parsed(text: str) -> Any:
    return yaml.load(text, _UniqueKeys)  # noqa: S506 - a safe loader, see below


def yaml_fault(error: yaml.YAMLError) -> str:
    """What is wrong with a document, and where, without its text: that may hold a password."""
    if isinstance(error, yaml.MarkedYAMLError) and (mark := error.problem_mark or error.context_mark):
        return f"line {mark.line + 1}, column {mark.column + 1}: {error.problem or error.context}"
    return " ".join(str(error).split())


class _UniqueKeys(yaml.SafeLoader):
    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """As the parent; what has the form of a date or a number and is none is an error of YAML, too."""
        try:
            return super().construct_object(node, deep)
        except ValueError as error:
            fault = "there is no such date or number"  # never the text itself
            raise yaml.MarkedYAMLError(problem=fault, problem_mark=node.start_mark) from error

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        """As the parent, then look for keys that stand twice: later, merged keys stand among the mapping's own."""
        node = super().compose_mapping_node(anchor)
        seen = set[object]()
        for key_node, _ in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                continue
            key = self._key(key_node)
            if key in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"the key {key_node.value} stands twice", problem_mark=key_node.start_mark
                )
            seen.add(key)
        return node

    def _key(self, node: yaml.ScalarNode) -> Hashable:
        """The value that the key stands for, with its type: ``yes`` is ``true``, and 1 is neither ``"1"`` nor true."""
        if node.tag == _MERGE:
            return node.tag
        value: Hashable = self.construct_object(node)
        return type(value), value

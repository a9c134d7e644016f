"""A YAML file read by its nodes, so that whatever is wrong can be named with its line.

Every scalar is taken as the text that stands in the file: `NO` is a country and `007` a number with its zeros.
"""

from __future__ import annotations

from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import yaml

from sightline.db.imports.errors import MappingError

Choice = TypeVar("Choice", bound=StrEnum)


class Section:
    """One block of `key: value` pairs. Whoever reads it asks for each key it knows, then calls `finish`."""

    def __init__(self, file: str, node: yaml.MappingNode, path: str = "", *, line: int | None = None) -> None:
        self._file = file
        self._path = path
        self._line = line or node.start_mark.line + 1
        self._keys: dict[str, yaml.Node] = {}
        self._nodes: dict[str, yaml.Node] = {}
        self._asked: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._wrong(key, "a key must be plain text")
            if key.value in self._nodes:
                raise self._wrong(key, f"{self._named(key.value)} is given twice: remove one")
            self._keys[key.value] = key
            self._nodes[key.value] = value
            self._check(key, key)
            self._check(key, value)

    def names(self) -> tuple[str, ...]:
        """The keys that are there, for a block whose keys are names; each is asked for by this."""
        self._asked |= self._nodes.keys()
        return tuple(self._nodes)

    def line(self, key: str) -> int:
        """The line of a key that is there."""
        return int(self._keys[key].start_mark.line) + 1

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        self._asked.add(key)
        return key in self._nodes

    def text(self, key: str) -> str:
        """The text of a key that must be there."""
        node = self._node(key)
        if not isinstance(node, yaml.ScalarNode) or not node.value:
            raise self._wrong(node, f"{self._named(key)} must be text")
        return str(node.value)

    def optional(self, key: str) -> str | None:
        """The text of a key that may be absent."""
        return self.text(key) if self.has(key) else None

    def texts(self, key: str, *, empty: bool = False) -> tuple[str, ...]:
        """One text, or a list of them, which may be `empty` where that is said."""
        node = self._node(key)
        if isinstance(node, yaml.ScalarNode):
            return (self.text(key),)
        if not isinstance(node, yaml.SequenceNode) or not (node.value or empty):
            raise self._wrong(node, f"{self._named(key)} must be a text or a list of texts")
        for item in node.value:
            if not isinstance(item, yaml.ScalarNode) or not item.value:
                raise self._wrong(item, f"{self._named(key)} must hold texts only")
        return tuple(item.value for item in node.value)

    def choice(self, key: str, values: type[Choice], default: Choice | None = None) -> Choice:
        """One of a closed list; `default` where the key is absent and there is one."""
        if default is not None and not self.has(key):
            return default
        said = self.text(key)
        try:
            return values(said)
        except ValueError:
            raise self.wrong(key, f"is {said!r}: expected one of {', '.join(values)}") from None

    def flag(self, key: str) -> bool:
        """true or false; false where the key is absent."""
        if not self.has(key):
            return False
        said = self.text(key)
        if said not in ("true", "false"):
            raise self.wrong(key, f"is {said!r}: expected true or false")
        return said == "true"

    def pairs(self, key: str) -> dict[str, str] | None:
        """A block whose keys are anything, and whose texts may be empty; None where it is absent."""
        if not self.has(key):
            return None
        block = self.section(key)
        if not block._nodes:
            raise self.wrong(key, "is empty: remove it, or give a pair")
        for name, node in block._nodes.items():
            if not isinstance(node, yaml.ScalarNode):
                raise block.wrong(name, "must be text")
        return {name: str(node.value) for name, node in block._nodes.items()}

    def section(self, key: str) -> Section:
        """A block that must be there."""
        node = self._node(key)
        if not isinstance(node, yaml.MappingNode):
            raise self._wrong(node, f"{self._named(key)} must be a block of `key: value` pairs")
        return Section(self._file, node, self._named(key), line=self._keys[key].start_mark.line + 1)

    def finish(self) -> None:
        """Raise MappingError for a key that nobody asked for."""
        for key, written in self._keys.items():
            if key not in self._asked:
                known = ", ".join(sorted(self._asked))
                raise self._wrong(written, f"{self._named(key)} is unknown: the keys here are {known}")

    def wrong(self, key: str, reason: str) -> MappingError:
        """What to raise for the value of a key, on the key's line: the sentence begins with the key's name."""
        return self._wrong(self._keys.get(key), f"{self._named(key)} {reason}")

    def _node(self, key: str) -> yaml.Node:
        if not self.has(key):
            raise self._missing(key)
        return self._nodes[key]

    def _missing(self, key: str) -> MappingError:
        for other in get_close_matches(key, self._nodes.keys() - self._asked, 1):
            return self.wrong(other, f"is unknown: is {key} meant, which is missing?")
        return self._wrong(None, f"{self._named(key)} is missing")

    def _check(self, key: yaml.Node, node: yaml.Node) -> None:
        """Refuse what YAML can write with escapes, and PostgreSQL cannot keep."""
        if isinstance(node, yaml.ScalarNode) and any(
            character == "\0" or "\ud800" <= character <= "\udfff" for character in node.value
        ):
            raise self._wrong(node, f"{self._named(ascii(key.value))} has a character that cannot be stored")

    def _named(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    def _wrong(self, node: yaml.Node | None, reason: str) -> MappingError:
        line = self._line if node is None else node.start_mark.line + 1
        return MappingError(f"{self._file} line {line}: {reason}.")


def read_section(path: Path, *, kind: str = "mapping") -> Section:
    """The whole file, of a kind, as a section. Raises MappingError where it is no YAML, or no block of pairs."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise MappingError(f"{path} cannot be read: {error.strerror}.") from None
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise MappingError(f"{path} line {line}: this is not UTF-8: save the {kind} in that encoding.") from None
    return section_of(text, str(path), kind=kind)


def section_of(text: str, called: str, *, kind: str = "mapping") -> Section:
    """A text as a section; messages call it so. Raises MappingError where it is no YAML, or no block of pairs."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise MappingError(f"{called} line {line}: this is not YAML: it has a character that cannot be seen.") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise MappingError(f"{called} line {line}: this is not YAML: {error.problem or error.context}.") from None
    except RecursionError:
        raise MappingError(f"{called} line 1: this is no {kind}: its blocks are nested too deeply.") from None
    if not isinstance(node, yaml.MappingNode):
        line = node.start_mark.line + 1 if node else 1
        raise MappingError(f"{called} line {line}: a {kind} is a block of `key: value` pairs.")
    return Section(called, node)

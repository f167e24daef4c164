"""Templates, compiled for each language: what does not change from page to page is set in before.

A page says some hundred fixed words, links and icons.  Looked up while it is made, they cost more
than what is new on it; so each language has templates of its own, in which they stand as text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

from flask import Flask, has_request_context
from flask.templating import Environment
from flask_babel import get_translations
from jinja2 import nodes
from jinja2.environment import create_cache
from jinja2.runtime import Context, Macro
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from app.extensions import spoken
from app.static_files import files_change

PLACE = re.compile(r"%\((\w+)\)s|%%")  # where a value goes, in words; or a per cent sign
COUNTS = range(201)  # whose plural forms are compared: no language's rule looks at more


class Calling(Context):
    """A context that calls macros and plain functions, which are nearly all, without a detour."""

    def call(__self, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        """What the callable answers; those that ask for the context or more are given it."""
        sort = type(__obj)
        if sort is Macro:
            args = (__self.eval_ctx, *args)
        elif sort is not FunctionType or __obj.__dict__.get("jinja_pass_arg") is not None:
            return super().call(__obj, *args, **kwargs)
        kwargs.pop("_loop_vars", None)
        kwargs.pop("_block_vars", None)
        return __obj(*args, **kwargs)


class Templates(Environment):
    """An environment whose templates belong to the language they were compiled in."""

    context_class = Calling

    def __init__(self, app: Flask, **options: Any) -> None:
        self._size = 0
        self._by_language: dict[str, Any] = {}
        super().__init__(app, **options)

    @property
    def cache(self) -> Any:
        """The compiled templates of the language in use."""
        language = spoken()
        if language not in self._by_language:
            self._by_language[language] = create_cache(self._size)
        return self._by_language[language]

    @cache.setter
    def cache(self, made: Any) -> None:
        self._size = getattr(made, "capacity", -1)
        self._by_language.clear()

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree: nodes.Template = super()._parse(source, name, filename)
        return Fixed(self, tree).visit(tree)  # type: ignore[no-any-return]


class Fixed(NodeTransformer):
    """Puts in place of calls with fixed arguments what they answer in this language."""

    def __init__(self, environment: Templates, tree: nodes.Template) -> None:
        self.environment = environment
        self.still = not files_change(environment.app)  # type: ignore[arg-type]
        self.pieces = dict(self._pieces(tree))

    def _pieces(self, tree: nodes.Template) -> Any:
        """The macros this template imports that answer the same every time (``kept``)."""
        for line in tree.find_all(nodes.FromImport):
            if not isinstance(line.template, nodes.Const) or line.with_context:
                continue
            module = self.environment.get_template(line.template.value).module
            for name in line.names:
                told, here = name if isinstance(name, tuple) else (name, name)
                if getattr(getattr(module, told, None), "is_kept", False):
                    yield here, getattr(module, told)

    def visit_Output(self, node: nodes.Output) -> nodes.Node:
        """Text on the page; words with places in them are written part by part."""
        self.generic_visit(node)
        node.nodes = [part for child in node.nodes for part in _parts(child)]
        return node

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        """A call, or what it comes to."""
        self.generic_visit(node)
        if not isinstance(node.node, nodes.Name) or node.dyn_args or node.dyn_kwargs:
            return node
        name = node.node.name
        if name in ("_", "gettext"):
            return self._words(node)
        if name == "ngettext":
            return self._counted(node)
        return self._made(node, name) if all(map(_is_fixed, node.args)) else node

    def _words(self, node: nodes.Call) -> nodes.Node:
        if len(node.args) != 1 or not isinstance(node.args[0], nodes.Const):
            return node
        said = get_translations().ugettext(node.args[0].value)
        if not node.kwargs:
            return nodes.MarkSafeIfAutoescape(_set(said % {}))
        return _filled(said, node.kwargs)

    def _counted(self, node: nodes.Call) -> nodes.Node:
        """Words with a number, where the language says one and many alike."""
        if len(node.args) != 3 or not all(map(_is_fixed, node.args[:2])):
            return node
        one, many = (argument.value for argument in node.args[:2])  # type: ignore[attr-defined]
        forms = {get_translations().ungettext(one, many, n) for n in COUNTS}
        if len(forms) > 1:
            return node
        given = [pair for pair in node.kwargs if pair.key == "num"]
        number = [] if given else [nodes.Keyword("num", node.args[2])]
        return _filled(forms.pop(), [*number, *node.kwargs])

    def _made(self, node: nodes.Call, name: str) -> nodes.Node:
        """A link, the address of a file or a small piece with fixed arguments."""
        if name in self.pieces and all(_is_fixed(pair.value) for pair in node.kwargs):
            words = {pair.key: _value(pair.value) for pair in node.kwargs}
            return _set(self.pieces[name](*map(_value, node.args), **words))
        if len(node.args) != 1 or node.kwargs:
            return node
        makes: Callable[[str], str] = self.environment.globals.get(name)  # type: ignore[assignment]
        if name == "static_url" and self.still:
            return _set(makes(_value(node.args[0])))
        endpoint = _value(node.args[0])
        if name == "url_for" and has_request_context() and not endpoint.startswith("."):
            return _set(makes(endpoint))
        return node


def _is_fixed(node: nodes.Node) -> bool:
    """Is it a constant, or words that were put in its place?"""
    inner = node.expr if isinstance(node, nodes.MarkSafeIfAutoescape) else node
    return isinstance(inner, nodes.Const)


def _value(node: nodes.Node) -> Any:
    if isinstance(node, nodes.MarkSafeIfAutoescape):
        return Markup(_value(node.expr))
    return node.value  # type: ignore[attr-defined]


def _set(text: str) -> nodes.Node:
    return nodes.Const(text)


def _parts(node: Any) -> Iterator[Any]:
    """Words and values in turn, where words are filled with nothing but texts."""
    filled = isinstance(node, nodes.Mod) and isinstance(node.left, nodes.MarkSafeIfAutoescape)
    if not filled or "%" in PLACE.sub("", said := _value(node.left)):
        yield node
        return
    values = {pair.key.value: pair.value for pair in node.right.items}
    at = 0
    for found in PLACE.finditer(said):
        yield nodes.MarkSafeIfAutoescape(_set(said[at : found.start()]))
        yield values[found[1]] if found[1] else _set("%")
        at = found.end()
    yield nodes.MarkSafeIfAutoescape(_set(said[at:]))


def _filled(said: str, pairs: list[nodes.Keyword]) -> nodes.Node:
    """Words with places for what is known only when the page is made."""
    values = [nodes.Pair(nodes.Const(pair.key), pair.value) for pair in pairs]
    return nodes.Mod(nodes.MarkSafeIfAutoescape(_set(said)), nodes.Dict(values))

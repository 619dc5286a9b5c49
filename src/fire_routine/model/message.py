"""A sentence for people that quotes values which others wrote."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


class Message(str):
    """One or more sentences of the action's own, with values quoted in them.

    As a `str` it is plain text, for logs and annotations. The job summary renders `template` as Markdown, so
    that its code spans and bare links work, and escapes each value: no value can make a link, a mention or
    a tag. A plain `str` is rendered as if all of it were one value.

        Message("GitHub returned 404 for {url}: add `actions: read`.", url=url)

    A placeholder may be the whole of a code span: `` `{branch}` ``. A value may be a `Message` itself.
    """

    template: str
    values: Mapping[str, str]

    def __new__(cls, template: str, **values: object) -> Message:
        """
        Args:
            template: a literal, with `str.format` placeholders that are plain names; a line for each
                paragraph.
            values: by placeholder.

        Raises:
            KeyError: a placeholder has no value.
        """
        texts = {name: value if isinstance(value, str) else str(value) for name, value in values.items()}
        made = super().__new__(cls, template.format_map(texts))
        made.template = template
        made.values = texts
        return made

    @classmethod
    def lines(cls, messages: Iterable[str]) -> Message:
        """Several messages, each a paragraph of its own."""
        values = {f"line{number}": message for number, message in enumerate(messages)}
        return cls("\n".join(f"{{{name}}}" for name in values), **values)

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, str]]:
        return (self.template,), dict(self.values)

"""What is known of the account's functions and REST APIs, filled page by page; looked-at functions first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from itertools import count

from multitool_tui.aws import functions
from multitool_tui.aws.errors import AwsError
from multitool_tui.aws.resources import Alias, Reading, Stage
from multitool_tui.aws.session import AwsSession
from multitool_tui.clock import Clock
from multitool_tui.controller.apis import Apis
from multitool_tui.controller.pace import SMALL_ACCOUNT, SWEEP
from multitool_tui.controller.snapshot import Function

_AT_ONCE = 4  # aliases are listed a function at a time: Lambda's control plane allows some 15 calls a second to all


class Account:
    """The functions by name, each with its aliases and published versions once they have been loaded."""

    def __init__(self, session: AwsSession, clock: Clock, changed: Callable[[], None]) -> None:
        self._session = session
        self._clock = clock
        self._changed = changed
        self._functions: dict[str, Function] = {}
        self._sorted: tuple[Function, ...] | None = None
        """By name, until something has changed."""
        self._loads: dict[str, int] = {}
        """When each function's aliases were listed last: the larger, the later."""
        self._turn = count(1)
        self._in_full: set[str] = set()
        """The functions whose versions are listed as well."""
        self.rest = Apis(session, changed)
        self.complete = False
        """Whether every page of the list has been read at least once."""

    @property
    def functions(self) -> tuple[Function, ...]:
        """By name."""
        if self._sorted is None:
            self._sorted = tuple(self._functions[name] for name in sorted(self._functions))
        return self._sorted

    def found(self, target: str) -> Reading | None:
        """A target as last seen."""
        if "/" in target:
            return self.rest.found(target)
        name, _, alias = target.rpartition(":")
        function = self._functions.get(name)
        return next((a for a in (function.aliases if function else None) or () if a.name == alias), None)

    def put(self, found: Reading) -> None:
        """A target was read or written: what is known of it is replaced."""
        match found:
            case Alias():
                self._put_alias(found)
            case Stage():
                self.rest.put(found)

    def _put_alias(self, alias: Alias) -> None:
        function = self._functions.get(alias.function)
        if function is not None and function.aliases is not None:
            others = [a for a in function.aliases if a.name != alias.name]
            aliases = tuple(sorted([*others, alias], key=lambda a: a.name))
            if aliases != function.aliases:
                self._put_function(replace(function, aliases=aliases))

    def _put_function(self, function: Function) -> None:
        self._functions[function.name], self._sorted = function, None

    async def sweep(self, first: str | None) -> None:
        """Read every page of the function list, then the aliases of `first` and of all in a small account; the APIs.

        In a large account `trickle` lists the others' aliases.

        Raises:
            AwsError: the list itself could not be read. A single function's trouble is kept with the function.
        """
        seen: set[str] = set()
        async for page in functions.function_names(self._session.functions):
            seen.update(page)
            for name in page:
                if name not in self._functions:
                    self._put_function(Function(name))
            self._changed()
        for gone in self._functions.keys() - seen:
            del self._functions[gone]
            self._sorted = None
        self.complete = True
        turn = asyncio.Semaphore(_AT_ONCE)

        async def in_turn(name: str) -> None:
            async with turn:
                await self.load(name)

        now = sorted(seen) if len(seen) <= SMALL_ACCOUNT else seen & {first}
        await asyncio.gather(*(in_turn(name) for name in sorted(now, key=lambda name: (name != first, name))))
        await self.rest.sweep()

    async def trickle(self) -> None:
        """List the aliases of a large account's functions for ever, one function at a time: the longest unread first.

        That is one a second, or as many as make one round of all of them in five minutes, where those are fewer.
        """
        while True:
            await self._clock.sleep(max(1.0, SWEEP / max(1, len(self._functions))))
            if len(self._functions) > SMALL_ACCOUNT:
                await self.load(min(self._functions, key=lambda name: self._loads.get(name, 0)))

    def lacks_versions(self, name: str) -> bool:
        """Whether a function is known, but not its published versions."""
        known = self._functions.get(name)
        return known is not None and known.versions is None and name not in self._in_full

    async def load(self, name: str, *, versions: bool = False) -> None:
        """List a function's aliases; its published versions too, once they were wanted. Trouble is kept with it."""
        if name not in self._functions:
            return
        if versions:
            self._in_full.add(name)
        self._loads[name] = next(self._turn)
        known, error = self._functions[name], None
        aliases, numbers = known.aliases, known.versions
        try:
            aliases = await functions.aliases(self._session.functions, name)
            if name in self._in_full:
                numbers = await functions.versions(self._session.functions, name)
        except AwsError as trouble:
            error = str(trouble)
        found = Function(name, aliases, numbers, error)
        if name in self._functions and self._functions[name] != found:  # it may have been deleted meanwhile
            self._put_function(found)
            self._changed()

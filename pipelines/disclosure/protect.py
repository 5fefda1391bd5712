"""Choosing what to hide: as few counts as can be, so that the rest proves no hidden count small.

Belongs here: the choice, by integer programming (HiGHS through scipy).
Does not belong here: which counts must not be known (`rules`), or the judgement on what is shown in the end (`attack`
gives it from what is shown alone; publication rests on it and not on this module).

Method: a master programme chooses the counts to hide at the least cost. For each count that must stay uncertain, a
linear programme asks how far it could move while all that is shown stays as it is. Where that is not far enough, its
dual values say which further counts would give it room: a capacity cut for the master (M. Fischetti, J.J. Salazar,
"Solving the cell suppression problem on tabular data with linear constraints", Management Science 47, 2001, 1008-1027).
What is whole in linear programming and not in whole numbers is cut off by the integer attack.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, diags_array, hstack, vstack
from scipy.sparse.csgraph import connected_components

from pipelines.disclosure.attack import attack
from pipelines.disclosure.linked import Name, Relation, exactly

Floats = NDArray[np.float64]
_MANY = 1e6
_SLACK = 1e-6
_ROUGHLY = 0.2
"""How much dearer than the cheapest a first choice may be."""
_FEWEST = 0.6
"""The part of the time in which the fewest counts are looked for."""


class TooHard(RuntimeError):
    """There is no way to protect these counts, or none was found in the time there is: publish less."""


class OutOfTime(TooHard):
    """None was found in the time there is."""


@dataclass(frozen=True)
class Protected:
    """What to hide."""

    units: frozenset[Name]
    fewest: bool
    """Whether no other choice would hide fewer counts (or as few, with a smaller sum)."""


@dataclass(frozen=True)
class Task:
    """What there is to protect.

    A count is shown, or hidden with its whole unit, if it is in `units`; shown always, if it is in `shown`; never shown
    itself otherwise, though it may be worked out.
    """

    relations: Sequence[Relation]
    values: Mapping[Name, int]
    """Every count that stands in a relation."""
    units: Mapping[Name, Name]
    """Count -> what it is hidden together with; on its own, itself."""
    shown: Collection[Name]
    protected: Collection[Name]
    """Counts of people, in `units` or never shown. Those from 1 to threshold - 1 are sensitive."""
    zero_hides: Collection[Name] = ()
    """Protected counts that are sensitive where they are 0 too."""
    hide: Collection[Name] = ()
    """Units that are hidden whatever they are."""
    threshold: int = 5
    groups_too: bool = True
    """Whether a hidden count must be able to be as large as the threshold, alone and with others; if not, it only must
    not be known exactly (for tests of the attack)."""


def protect(task: Task, seconds: float = 30.0) -> Protected:
    """The units to hide: the fewest counts, then the smallest sum of counts, where there is time to find them.

    Raises:
        TooHard: see there.
    """
    return _Search(task, time.monotonic() + seconds).run()


class _Search:
    """Relations as equations `matrix @ v = given`, of counts first and then of what inequalities leave open."""

    def __init__(self, task: Task, until: float) -> None:
        self.task, self.until = task, until
        self.names = list(dict.fromkeys(name for relation in task.relations for name in relation.names))
        self.names += [name for name in task.units if name not in set(self.names)]
        self.place = {name: place for place, name in enumerate(self.names)}
        self.units = list(dict.fromkeys(task.units.values()))
        at = {unit: place for place, unit in enumerate(self.units)}
        counts = np.array([task.values[name] for name in self.names], dtype=float)
        self.matrix, slack_low, slack_high, activity = self._equations(counts)
        self.truth = np.concatenate([counts, activity])
        self.low = np.concatenate([np.zeros(len(counts)), slack_low])
        self.high = np.concatenate([np.full(len(counts), _MANY), slack_high])
        self.given = self.matrix @ self.truth
        self.unit_of = np.full(len(self.truth), -1)
        for name, unit in task.units.items():
            self.unit_of[self.place[name]] = at[unit]
        self.always = np.zeros(len(self.truth), dtype=bool)
        for name in task.shown:
            if name in self.place:
                self.always[self.place[name]] = True
        self.part_of = self._parts()
        self.witnesses: list[dict[Name, float]] = []
        self.cuts: list[tuple[Floats, float]] = []
        """Weights of units, and what they must reach."""

    def _parts(self) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """For each count, those that it hangs together with whatever is hidden, and their equations."""
        free = csr_array(self.matrix @ diags_array((~self.always).astype(float)))
        number, labels = connected_components(abs(free.T) @ abs(free), directed=False)
        of_row = np.full(free.shape[0], -1)
        rows, columns = free.nonzero()
        of_row[rows] = labels[columns]
        made = []
        for part in range(number):
            own, equations = np.flatnonzero(labels == part), np.flatnonzero(of_row == part)
            known = np.unique(self.matrix[equations].nonzero()[1]) if len(equations) else own
            made.append((np.union1d(own, known), equations))
        return [made[label] for label in labels]

    def _equations(self, counts: Floats) -> tuple[csr_array, Floats, Floats, Floats]:
        rows, columns, weights = [], [], []
        for row, relation in enumerate(self.task.relations):
            for name, weight in relation.parts:
                rows.append(row)
                columns.append(self.place[name])
                weights.append(weight)
        shape = (len(self.task.relations), len(self.names))
        matrix = csr_array((weights, (rows, columns)), shape=shape)
        low = np.array([relation.low for relation in self.task.relations], dtype=float)
        high = np.array([relation.high for relation in self.task.relations], dtype=float)
        open_rows = np.flatnonzero(low < high)
        slack = csr_array(
            (np.full(len(open_rows), -1.0), (open_rows, np.arange(len(open_rows)))),
            shape=(shape[0], len(open_rows)),
        )
        activity = (matrix @ counts)[open_rows]
        low, high = np.maximum(low[open_rows], -_MANY), np.minimum(high[open_rows], _MANY)
        return csr_array(hstack([matrix, slack])), low, high, activity

    def run(self) -> Protected:
        task = self.task
        sensitive = [name for name in task.protected if self._is_sensitive(name)]
        must = {int(self.unit_of[self.place[name]]) for name in sensitive if name in task.units}
        must |= {self.units.index(unit) for unit in task.hide}
        self.known_small = {self.place[name] for name in sensitive if name in self.place}
        self.may_be_nothing = {
            self.place[name]
            for name in task.protected
            if name in self.place and name not in task.units and task.values[name] == 0
        } - self.known_small
        self._first_cuts()
        end, self.until = self.until, time.monotonic() + (self.until - time.monotonic()) * _FEWEST
        best: NDArray[np.bool_] | None = None
        try:
            for gap in (_ROUGHLY, 0.0):
                best = self._search(must, gap)
            return self._answer(best, True)
        except OutOfTime:
            self.until = end
        if best is None:
            best = self._search(must, _ROUGHLY, growing=True)
        return self._answer(best, False)

    def _answer(self, hidden: NDArray[np.bool_] | None, fewest: bool) -> Protected:
        chosen = [] if hidden is None else np.flatnonzero(hidden).tolist()
        return Protected(frozenset(self.units[unit] for unit in chosen), fewest)

    def _search(self, must: set[int], gap: float, growing: bool = False) -> NDArray[np.bool_]:
        """A choice that lacks nothing, at most so much dearer than the cheapest; with `growing`, what was once hidden
        stays so, which comes to an end soon and hides more."""
        while True:
            hidden = self._master(must, gap)
            if not self._cut(hidden):
                return hidden
            if growing:
                must = must | set(np.flatnonzero(hidden).tolist())

    def _is_sensitive(self, name: Name) -> bool:
        value = self.task.values[name]
        return 0 < value < self.task.threshold or (value == 0 and name in self.task.zero_hides)

    def _master(self, must: set[int], gap: float) -> NDArray[np.bool_]:
        if not self.units:
            if any(least > _SLACK for _, least in self.cuts):
                raise TooHard("There is nothing that could be hidden.")
            return np.zeros(0, dtype=bool)
        number, total = np.zeros(len(self.units)), np.zeros(len(self.units))
        held = self.unit_of >= 0
        np.add.at(number, self.unit_of[held], 1.0)
        np.add.at(total, self.unit_of[held], self.truth[held])
        low = np.zeros(len(self.units))
        low[list(must)] = 1.0
        constraints = []
        if self.cuts:
            weights = vstack([csr_array(weights.reshape(1, -1)) for weights, _ in self.cuts])
            least = np.array([least for _, least in self.cuts])
            constraints.append(LinearConstraint(csr_array(weights), least, np.inf))
        done = milp(
            number + total / (total.sum() + 1.0),
            integrality=np.ones(len(self.units)),
            bounds=Bounds(low, 1.0),
            constraints=constraints,
            options={"time_limit": self._left(), "mip_rel_gap": gap},
        )
        if done.status == 2:
            raise TooHard("These counts cannot be protected by hiding others.")
        if done.x is None or done.status != 0:
            raise OutOfTime("The counts to hide were not found in the time there is.")
        chosen: NDArray[np.bool_] = done.x > 0.5
        return chosen

    def _left(self) -> float:
        left = self.until - time.monotonic()
        if left <= 0:
            raise OutOfTime("The counts to hide were not found in the time there is.")
        return left

    def _open(self, hidden: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which counts are not shown."""
        return ~self.always & ((self.unit_of < 0) | np.append(hidden, False)[self.unit_of])

    # --- cuts

    def _first_cuts(self) -> None:
        """What single relations ask for, before anything is solved."""
        column, row = self.matrix.tocsc(), self.matrix.tocsr()
        for place in range(len(self.names)):
            room = self._room(place)
            if room is None or place in self.may_be_nothing:
                continue
            for entry in range(column.indptr[place], column.indptr[place + 1]):
                own = slice(row.indptr[column.indices[entry]], row.indptr[column.indices[entry] + 1])
                others, reduced = row.indices[own], -row.data[own] / column.data[entry]
                reduced = np.where(others == place, 0.0, reduced)
                gains, always = self._gains(others, reduced)
                if room < 0:
                    more, also = self._gains(others, -reduced)
                    gains, always = gains + more, always + also
                self._add(place, room, gains, always)

    def _room(self, place: int) -> float | None:
        """How far a count must be able to move: up by so much, or (below 0) either way by so much. None: not asked."""
        name = self.names[place]
        in_unit, sensitive = self.unit_of[place] >= 0, place in self.known_small
        if place in self.may_be_nothing:
            return float(self.task.threshold)
        if self.always[place] or not (in_unit or sensitive):
            return None
        short = self.task.threshold - self.truth[place]
        if not self.task.groups_too:
            return -1.0
        return short if short > 0 and (sensitive or name in self.task.protected) else -1.0

    def _gains(self, places: NDArray[np.int64], reduced: Floats) -> tuple[Floats, float]:
        """How much room each unit gives at most, by the reduced costs of counts, and what is always there."""
        room = np.where(
            reduced > 0,
            reduced * (self.high[places] - self.truth[places]),
            -reduced * (self.truth[places] - self.low[places]),
        )
        room[self.always[places] | (np.abs(reduced) < 1e-9)] = 0.0
        of_units = np.zeros(len(self.units))
        held = self.unit_of[places] >= 0
        np.add.at(of_units, self.unit_of[places[held]], room[held])
        return of_units, float(room[~held].sum())

    def _add(self, place: int, room: float, gains: Floats, always: float) -> bool:
        """Ask that units give a count its room; where it need not be hidden, only if it is."""
        need = abs(room) - always
        if need <= _SLACK:
            return False
        weights = np.minimum(gains, need)
        if place in self.may_be_nothing:
            return self._room_or_nothing(weights, need)
        unit = self.unit_of[place]
        if place in self.known_small:
            self.cuts.append((weights, need))
            return True
        if unit >= 0 and weights[unit] > need - _SLACK:
            return False  # hidden together with something that gives it room
        weights[unit] -= need
        self.cuts.append((weights, 0.0))
        return True

    def _room_or_nothing(self, weights: Floats, need: float) -> bool:
        """Ask that whatever gives a count of 0 some room is hidden only together with what gives it enough."""
        some = [unit for unit in np.flatnonzero(weights > _SLACK) if weights[unit] < need - _SLACK]
        for unit in some:
            if_hidden = weights.copy()
            if_hidden[unit] -= need
            self.cuts.append((if_hidden, 0.0))
        return bool(some)

    def _cut(self, hidden: NDArray[np.bool_]) -> bool:
        """Add what this choice lacks; False where it lacks nothing."""
        free = self._open(hidden)
        low = np.where(free, self.low, self.truth)
        high = np.where(free, self.high, self.truth)
        most, least = self.truth.copy(), self.truth.copy()
        self.witnesses = [dict(self.task.values)]
        before = len(self.cuts)
        for place in np.flatnonzero(free[: len(self.names)]).tolist():
            room = self._room(place)
            if room is None or self._has_room(place, room, most, least):
                continue
            self._look(place, room, (low, high), (most, least))
        return len(self.cuts) > before or self._cut_in_whole_numbers(hidden, free)

    def _has_room(self, place: int, room: float, most: Floats, least: Floats) -> bool:
        up, down = most[place] - self.truth[place], self.truth[place] - least[place]
        return bool(up >= abs(room) - _SLACK or (room < 0 and down >= abs(room) - _SLACK))

    def _look(
        self, place: int, room: float, limits: tuple[Floats, Floats], seen: tuple[Floats, Floats]
    ) -> None:
        """Move a count as far as it goes; where that is not enough, cut."""
        gains, always = np.zeros(len(self.units)), 0.0
        most, least = seen
        own, rows = self.part_of[place]
        inside = self.matrix[rows][:, own]
        for sense in (1.0, -1.0)[: 1 if room > 0 else 2]:
            done = linprog(
                np.where(own == place, -sense, 0.0),
                A_eq=inside,
                b_eq=self.given[rows],
                bounds=np.column_stack((limits[0][own], limits[1][own])),
                method="highs",
                options={"time_limit": self._left()},
            )
            if done.x is None or done.status != 0:
                raise OutOfTime("The solver did not come to an end.")
            self._remember(own, done.x)
            most[own], least[own] = np.maximum(most[own], done.x), np.minimum(least[own], done.x)
            if self._has_room(place, room, most, least):
                return
            if place in self.may_be_nothing and most[place] < 0.5:
                return  # known to be 0, and it may be
            reduced = np.where(own == place, sense, 0.0) + inside.T @ done.eqlin.marginals
            more, also = self._gains(own, reduced)
            gains, always = gains + more, always + also
        self._add(place, room, gains, always)

    def _remember(self, own: NDArray[np.int64], found: Floats) -> None:
        """A way in which counts could be, in whole numbers, for the attack to begin with."""
        whole = np.round(found)
        if np.abs(found - whole).max() < _SLACK:
            counts = zip(own.tolist(), whole.tolist(), strict=True)
            self.witnesses.append({self.names[at]: count for at, count in counts if at < len(self.names)})

    def _cut_in_whole_numbers(self, hidden: NDArray[np.bool_], free: NDArray[np.bool_]) -> bool:
        task = self.task
        if not task.groups_too:
            return False
        done = attack(
            task.relations,
            {name: exactly(self.truth[place]) for name, place in self.place.items() if not free[place]},
            protected=task.protected,
            hidden=[name for name in task.units if free[self.place[name]]],
            zero_hides=task.zero_hides,
            threshold=task.threshold,
            seconds=self._left(),
            witnesses=self.witnesses,
        )
        for found in done.found:
            if found.why == "shown":
                raise TooHard("A count that must not be shown is always shown.")
            place = self.place[found.name]
            weights = np.where(hidden, 0.0, 1.0)
            need = 1.0
            if place not in self.known_small and self.unit_of[place] >= 0:
                weights[self.unit_of[place]] -= 1.0
                need = 0.0
            self.cuts.append((weights, need))
        return bool(done.found)

"""The room that a graph's intermediate results need, as ggml's allocator hands it out.

Results are placed in the order in which they are computed: into the smallest gap that holds one,
else behind everything. A result's place is free again after its last reader. Gaps that nothing
fits into are why the sum is more than what lives at one time, and why it is worked out rather than
put into a formula. What is modelled is github.com/ggml-org/llama.cpp, ggml/src/ggml-alloc.c.
"""

from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Tensor:
    """One result of so many elements; `readers` counts the steps that still need it."""

    size: int
    readers: int = 0
    place: int = -1


@dataclass(slots=True)
class _Step:
    """One computation: what it reads, what it gives, and whether it may overwrite what it reads."""

    reads: tuple[Tensor, ...]
    gives: Tensor | None
    in_place: bool


class Graph:
    """The steps of a computation, in order; `peak` tells how much room they need."""

    def __init__(self) -> None:
        """Starts without steps."""
        self._steps: list[_Step] = []

    def new(self, size: int, *reads: Tensor) -> Tensor:
        """A step whose result has a place of its own."""
        return self._add(Tensor(size), reads, in_place=False)

    def over(self, *reads: Tensor) -> Tensor:
        """A step that overwrites the first of its inputs that nothing else reads."""
        return self._add(Tensor(reads[0].size), reads, in_place=True)

    def use(self, *reads: Tensor) -> None:
        """A step without a result of its own, such as a copy into a cache."""
        self._steps.append(_Step(_count(reads), None, in_place=False))

    def _add(self, gives: Tensor, reads: tuple[Tensor, ...], *, in_place: bool) -> Tensor:
        self._steps.append(_Step(_count(reads), gives, in_place))
        return gives

    def peak(self) -> int:
        """The elements between the first place and the end of the last, at their most."""
        room = _Room()
        for step in self._steps:
            if step.gives is not None and step.gives.size > 0:
                _put(step, step.gives, room)
            for tensor in step.reads:
                tensor.readers -= 1
                if not tensor.readers and tensor.place >= 0:
                    room.release(tensor.place, tensor.size)
        return room.most


def _count(reads: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """Counts one more reader for each."""
    for tensor in reads:
        tensor.readers += 1
    return reads


def _put(step: _Step, result: Tensor, room: "_Room") -> None:
    """Gives a result its place: that of an input it may overwrite, else one of its own."""
    if step.in_place:
        for tensor in step.reads:
            if tensor.readers == 1 and tensor.place >= 0 and tensor.size == result.size:
                result.place, tensor.place = tensor.place, -1
                return
    result.place = room.take(result.size)


@dataclass(slots=True)
class _Room:
    """Memory with gaps, as [place, size] in order; the last one has no end."""

    gaps: list[list[int]] = field(default_factory=lambda: [[0, 2**62]])
    most: int = 0

    def take(self, size: int) -> int:
        """The smallest gap that holds it (the later one of equals), else the end."""
        fitting = [gap for gap in self.gaps[:-1] if gap[1] >= size]
        gap = min(reversed(fitting), key=lambda each: each[1], default=self.gaps[-1])
        place = gap[0]
        gap[0] += size
        gap[1] -= size
        if not gap[1]:
            self.gaps.remove(gap)
        self.most = max(self.most, place + size)
        return place

    def release(self, place: int, size: int) -> None:
        """Makes a gap again, joined with its neighbours."""
        index = next((i for i, gap in enumerate(self.gaps) if gap[0] > place), len(self.gaps))
        self.gaps.insert(index, [place, size])
        for left in (index, index - 1):
            if 0 <= left < len(self.gaps) - 1:
                first, second = self.gaps[left], self.gaps[left + 1]
                if first[0] + first[1] == second[0]:
                    first[1] += second[1]
                    del self.gaps[left + 1]

"""How long a learner waits for the check: the slowest diagnosis of each exercise, over all its known mistakes and one unknown.

python -m benchmarks.exercises
"""

import time

from bptt_lab import exercises

TARGET = 200  # ms


def waits(exercise, fn) -> float:
    """Milliseconds, the least of three."""
    took = []
    for _ in range(3):
        start = time.perf_counter()
        exercise.check(fn)
        took.append(1000 * (time.perf_counter() - start))
    return min(took)


def unknown(exercise):
    """A function whose result no known mistake explains: every one of them is tried, and a case is worked out by hand."""

    def fn(*arguments):
        value = exercise.solution(*arguments)
        return {name: entry + 0.1 for name, entry in value.items()} if isinstance(value, dict) else value + 0.1

    return fn


def main() -> None:
    print(f"{'exercise':17}{'known':>8}{'unknown':>9}   ms, the slowest; the target is {TARGET}")
    slowest = 0.0
    for exercise in exercises.all():
        known, other = max(waits(exercise, wrong) for wrong in exercise.mistakes.values()), waits(exercise, unknown(exercise))
        slowest = max(slowest, known, other)
        print(f"{exercise.name:17}{known:8.1f}{other:9.1f}")
    print(f"{slowest:.0f} ms, target {TARGET}: {'met' if slowest < TARGET else 'MISSED'}")


if __name__ == "__main__":
    main()

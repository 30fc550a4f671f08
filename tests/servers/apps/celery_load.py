"""Tasks for the worker, eight at a time, until a line comes in; one
at least.

Prints how many there were and how many failed, as a server's load generator.
"""

import collections
import select
import sys

import tasks


def is_over():
    return select.select([sys.stdin], [], [], 0)[0]


def main():
    n = failed = 0
    running = collections.deque()
    while running or not n or not is_over():
        while len(running) < 8 and not (n and is_over()):
            running.append((n, tasks.work.delay(n)))
            n += 1
        if not running:
            break
        number, result = running.popleft()
        try:
            if result.get(timeout=120) != [number, tasks.EXPECTED]:
                raise ValueError("wrong answer: %r" % result.result)
        except Exception as error:
            print(repr(error), file=sys.stderr)
            failed += 1
        result.forget()
    print("%d tasks, %d failed" % (n, failed))


if __name__ == "__main__":
    main()

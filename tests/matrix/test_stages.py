#!/usr/bin/env python3
"""attach, check and detach that are killed at each of their steps: stages.py."""

import harness
from harness import test
from stages import survives


@test("the command gets a signal at each of its steps, the service waits",
      sample=True)
def waiting(python):
    survives(python, "read", [])


@test("the command gets a signal at each of its steps, the service works",
      sample=True)
def working(python):
    survives(python, "loop", [])


if __name__ == "__main__":
    harness.main()

#!/usr/bin/env python3
# leakshim.py makes no findings of its own.
import os

import harness
import planted
from findings import brief, is_unhooked
from harness import Skip, equal, main, test

with open(os.path.join(harness.TOP, "src", "interface", "leakshim.py"),
          encoding="utf-8") as f:
    HELPER = f.read()

# Its reports are kept, so that all that they hold grows; what it raises is not,
# and would be garbage if it were a cycle, which nobody collects.
LOOP = """
import gc
import leakshim, planted
gc.disable()
kept = []
for _ in range(8):
    leakshim.check(kinds="all")
    for lose in (planted.clean_list, planted.leak_list):
        try:
            with leakshim.no_leaks(kinds="all"):
                lose(20)
        except leakshim.LeakError as error:
            kept.append(error.report)
print(len(kept))
"""


@test("no_leaks that raises in a loop leaves no findings of its own")
def no_findings(python):
    if is_unhooked(python):
        raise Skip("a statically linked 2.7 records no allocations: no marks")
    done = python.run("-c", LOOP, options="growth=3:kinds=all", timeout=300,
                      files=dict(planted.files(python),
                                 **{"leakshim.py": HELPER}))
    equal((done.status, done.stdout, done.stderr), (0, "8\n", ""), "its end")
    found = [brief(f) for f in done.report["findings"] if f["state"] == "new"]
    equal([f for f in found if "lost-reference" not in f], [], "its own")
    assert found, "nothing was lost"


main()

import sys
import greenlet


def work(n):
    held = [n]
    while n:
        n = greenlet.getcurrent().parent.switch([held, n])
    return held


def fail():
    raise ValueError("planned")


for i in range(int(sys.argv[1])):
    g = greenlet.greenlet(work)
    for n in (3, 2, 1, 0):
        g.switch(n)
    try:
        greenlet.greenlet(fail).switch()
    except ValueError:
        pass
    unfinished = greenlet.greenlet(work)
    unfinished.switch([i])
suspended = [greenlet.greenlet(work) for i in range(100)]
for i, g in enumerate(suspended):
    g.switch([i])

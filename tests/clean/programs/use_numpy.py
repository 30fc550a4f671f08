import sys
import numpy as np

for i in range(int(sys.argv[1])):
    a = np.arange(1000, dtype=float).reshape(20, 50)
    b = np.linalg.svd(a @ a.T + np.eye(20))
    objects = np.array([[i], {"i": i}, str(i), None], dtype=object)
    again = objects[::2].copy()
    record = np.zeros(5, dtype=[("a", "i1"), ("o", "O"), ("s", "U7")])
    record["o"] = [[i], (i,), str(i), {i: i}, None]
    view = record["o"][1:]
    text = np.array(["x%d" % i, "y"]).astype(object)
    np.random.default_rng(i).normal(size=100).sort()
    np.vectorize(lambda x: [x], otypes=[object])(a[0])
    for wrong in (lambda: np.zeros(3) + np.zeros(4),
                  lambda: np.array([1]).reshape(7),
                  lambda: np.dtype("nonsense"),
                  lambda: np.array(["a"]).astype(float)):
        try:
            wrong()
        except (TypeError, ValueError):
            pass
    a.tolist(), np.frombuffer(a.tobytes()), np.einsum("ij,ij->i", a, a)
    list(np.nditer(a)), np.unique(a, return_inverse=True)

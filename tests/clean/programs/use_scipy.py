import sys
import numpy as np
from scipy import fft, integrate, interpolate, linalg, optimize, signal
from scipy import sparse, spatial, stats
from scipy.sparse.linalg import spsolve

for i in range(int(sys.argv[1])):
    x = np.linspace(0, 10, 50)
    interpolate.splev(x, interpolate.splrep(x, np.sin(x)))
    integrate.quad(lambda t: t * t + i, 0, 1)
    integrate.solve_ivp(lambda t, y: [-y[0]], (0, 1), [1.0])
    optimize.minimize(lambda p: ((p - i) ** 2).sum(), np.zeros(3))
    optimize.brentq(lambda t: t - .5, 0, 1)
    linalg.expm(np.eye(4)), linalg.lu_factor(np.eye(4))
    matrix = sparse.random(30, 30, .2, format="csc", random_state=i)
    spsolve(matrix + sparse.eye(30, format="csc"), np.ones(30))
    spatial.cKDTree(np.random.rand(50, 3)).query([.5, .5, .5])
    signal.lfilter(*signal.butter(3, .1), np.sin(x))
    stats.ttest_ind(x, x + 1), fft.rfft(x)
    try:
        optimize.brentq(lambda t: t + 2, 0, 1)
    except ValueError:
        pass

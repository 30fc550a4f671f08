import io
import sys
import numpy as np
import pandas as pd

for i in range(int(sys.argv[1])):
    frame = pd.DataFrame({"a": np.arange(50), "s": ["t%d" % (n % 5)
                                                    for n in range(50)],
                          "d": pd.date_range("2024-01-01", periods=50)})
    frame.groupby("s")["a"].agg(["sum", "mean"])
    frame.merge(frame, on="s").pivot_table(index="s", values="a_x")
    frame.set_index("d").resample("7D")["a"].sum()
    frame["s"].astype("category"), frame["s"].str.upper()
    frame.sort_values("s").apply(lambda row: [row], axis=1)
    pd.to_datetime(frame["d"].astype(str)), pd.concat([frame, frame])
    frame.to_csv(io.StringIO())
    try:
        frame["missing"]
    except KeyError:
        pass

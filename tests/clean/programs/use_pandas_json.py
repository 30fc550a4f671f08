# DataFrame.to_json() alone: it leaked.
import sys
import pandas as pd

frame = pd.DataFrame({"a": [1, 2], "s": ["x", "y"]})
frame["d"] = pd.Timestamp("2024-01-01")
for i in range(int(sys.argv[1])):
    frame.to_json()

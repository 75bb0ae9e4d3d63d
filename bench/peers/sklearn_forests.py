"""Random forest and histogram gradient boosting of scikit-learn: fits, predicts, prints.

usage: sklearn_forests.py COLUMNS TRAIN TEST THREADS; the files are float64, row behind row, the target last. A line for each model: name, seconds to fit, seconds to predict, R2.
"""
import sys, time
import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
from sklearn.metrics import r2_score

columns, threads = int(sys.argv[1]), int(sys.argv[4])
train, test = (np.fromfile(path).reshape(-1, columns) for path in sys.argv[2:4])
models = {
    "random_forest_regressor": RandomForestRegressor(100, n_jobs=threads, random_state=1),
    "gradient_boosting_regressor": HistGradientBoostingRegressor(early_stopping=False),
}
for name, model in models.items():
    start = time.perf_counter()
    model.fit(train[:, :-1], train[:, -1])
    fitted = time.perf_counter()
    model.predict(test[:, :-1])
    warm = time.perf_counter()
    predictions = model.predict(test[:, :-1])
    print(name, fitted - start, time.perf_counter() - warm, r2_score(test[:, -1], predictions))

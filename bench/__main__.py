"""`bin/bench` lists the benchmarks; `bin/bench NAME` runs one. Each is a module with NAME, ABOUT and run(quick=)."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import pkgutil
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, cast


class Benchmark(Protocol):
    """One module in this folder. `run` gives figures as medians, by name with the unit last."""

    NAME: str
    ABOUT: str

    def run(self, *, quick: bool) -> dict[str, object]: ...


def benchmarks() -> dict[str, Benchmark]:
    folder = Path(__file__).parent
    sys.path.insert(0, str(folder.parent / "src"))
    loaded = {}
    for found in pkgutil.iter_modules([str(folder)]):
        if found.name.startswith("_"):
            continue
        module = cast("Any", importlib.import_module(f"bench.{found.name}"))
        if hasattr(module, "NAME"):
            loaded[module.NAME] = module
    return loaded


def conditions() -> dict[str, object]:
    """What a figure depends on besides the code."""
    return {
        "date": datetime.now(tz=UTC).date().isoformat(),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "load_1min": round(os.getloadavg()[0], 2),
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/bench", description="Measures Bedside.")
    parser.add_argument("name", nargs="?", help="which benchmark; none lists them")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help="end within 30 seconds, with rougher figures")
    parser.add_argument(
        "--run", type=int, default=0, help="unsubscribe, gate: a whole audience of so many people"
    )
    parser.add_argument("--leave", type=int, default=0, help="unsubscribe: so many leave at random moments")
    chosen = parser.parse_args()
    known = benchmarks()
    if chosen.name is None:
        for name in sorted(known):
            print(f"{name:<14}{known[name].ABOUT}")
        return 0
    if chosen.name not in known:
        print(
            f"bin/bench: there is no benchmark {chosen.name}; without a name they are listed.",
            file=sys.stderr,
        )
        return 2
    before = conditions()
    benchmark = cast("Any", known[chosen.name])
    whole = (
        {"run": chosen.run, "leave": chosen.leave} if chosen.run and hasattr(benchmark, "RUNS_WHOLE") else {}
    )
    figures = benchmark.run(quick=chosen.quick, **whole)
    if chosen.json:
        print(
            json.dumps(
                {"name": chosen.name, "quick": chosen.quick, "conditions": before, **figures}, default=str
            )
        )
    else:
        print_figures(figures)
        print("  ".join(f"{key}={value}" for key, value in before.items()))
    return 0


def print_figures(figures: dict[str, object], indent: str = "") -> None:
    for key, value in figures.items():
        if isinstance(value, dict):
            print(f"{indent}{key}")
            print_figures(value, indent + "  ")
        else:
            print(f"{indent}{key:<28}{value}")


if __name__ == "__main__":
    sys.exit(main())

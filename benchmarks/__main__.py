"""`make bench`: every benchmark, one after another, each in a process of its own."""

import subprocess
import sys

BENCHMARKS = (
    "placement",
    "calibration",
    "http",
    "imports",
    "mastery",
    "packet",
    "questions",
    "retrieval",
    "retrieval_gold",
    "reviews",
    "routing",
    "scheduling",
    "streaming",
    "transcripts",
)


def main() -> int:
    failed = []
    for name in BENCHMARKS:
        print(f"\n=== {name} " + "=" * (80 - len(name)) + "\n", flush=True)
        done = subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False)
        if done.returncode:
            failed.append(name)
    if failed:
        print(f"\nDid not finish: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

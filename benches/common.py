"""What the benchmark scripts share: running one process and reading its time and memory, medians, data files."""
import json, os, pathlib, subprocess, sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
TOKTOOL = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "toktool"

# A process of its own starts the command: on Linux a forked child inherits the peak memory of its parent.
LAUNCH = """import os, sys, time
start = time.perf_counter()
pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(pid, 0)
print("", time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status), file=sys.stderr)"""


def timed(command, **env):
    """(wall seconds, CPU seconds, peak MiB, last line of stdout) of one run."""
    run = subprocess.run([sys.executable, "-I", "-S", "-c", LAUNCH, *map(str, command)], capture_output=True, text=True, env={**os.environ, **env})
    wall, cpu, peak, code = run.stderr.strip().splitlines()[-1].split()
    if code != "0":
        sys.exit(f"`{' '.join(map(str, command))}` failed:\n{run.stderr}")
    lines = run.stdout.strip().splitlines()
    return float(wall), float(cpu), float(peak), lines[-1] if lines else ""


def median(values):
    values = sorted(values)
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def lines_of(path):
    """The lines of a stored text file, compressed or not."""
    data = pathlib.Path(path).read_bytes()
    if str(path).endswith(".zst"):
        import zstandard
        data = zstandard.ZstdDecompressor().decompressobj().decompress(data)
    return [line.removesuffix("\r") for line in data.decode("utf-8").split("\n")]


def merges_of(path):
    merges = json.load(open(path, encoding="utf-8"))["model"]["merges"]
    return [tuple(m) if isinstance(m, list) else tuple(m.split(" ")) for m in merges]

"""How much time and work our turns add to a stream of tokens, and what a broken connection costs.

    python -m benchmarks.streaming [--streams 1,50,200,500] [--rounds 1] [--random] [--quick]

Needs the data services of `make run` (or DATABASE_URL and VALKEY_URL); makes and drops a database
of its own. A scripted upstream speaks the OpenAI protocol and stamps each token with the clock. In
one run, the same load goes straight to the upstream, through a bare ASGI relay and through us, each
server in one process and the load in another. Added time is that of the same rank straight from
the upstream taken off.

Streams arrive evenly, 40 a second, until all are open, and each lasts five seconds longer than
that takes: learners who come on their own, where 200 with replies of ten seconds make 20 begin a
second. With one each 25 ms and a token each 50 all fall into step, and every newcomer meets the
tokens of the others at once; `--start-rate 37` keeps them out of step. `--random` has them begin at
random moments, two or three sometimes together. What it is like when all press enter in the same
moment is told apart, as the burst. Before it is measured each server answers twenty turns begun
within a second. The language tools are left out: they work beside the stream, in a process of their
own. "Others" is how much of the machine's processors went to programs that are no part of this:
above a few percent, times are theirs as much as ours.
"""

import argparse
import asyncio
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import quantiles

import aiohttp
import psutil

STAMP = re.compile(rb"([a-j]{10,}) ")
"""The upstream's clock in nanoseconds, a letter for each digit."""
DIGITS = bytes.maketrans(b"abcdefghij", b"0123456789")
RATE = 20.0
RANDOM = "BENCHMARK_RANDOM"
USERS = 10
GOALS = {200: 15.0, 500: 60.0}


@dataclass
class Run:
    """Of one target at one number of streams. Times in seconds."""

    first: list[float] = field(default_factory=list)
    carried: list[float] = field(default_factory=list)
    tokens: int = 0
    failed: int = 0
    cpu: float = 0.0
    memory: int = 0
    others: float = 0.0

    def per_token(self) -> float:
        return self.cpu / self.tokens * 1e6 if self.tokens else 0.0


def p95(values: list[float]) -> float:
    return quantiles(values, n=20)[-1] if len(values) > 1 else (values or [float("nan")])[0]


def p50(values: list[float]) -> float:
    return sorted(values)[len(values) // 2] if values else float("nan")


# --- The load, in a process of its own ------------------------------------------------------------
async def one_stream(session: aiohttp.ClientSession, request: dict, run: Run, sample: bool) -> None:
    asked = time.monotonic_ns()
    first = True
    try:
        async with session.post(
            request["url"], json=request["json"], headers=request["headers"]
        ) as answer:
            if answer.status != 200:
                run.failed += 1
                return
            async for line in answer.content:
                if line.startswith(b"event: message.end"):
                    return
                stamps = STAMP.findall(line)
                if not stamps:
                    continue
                now = time.monotonic_ns()
                run.tokens += len(stamps)
                if first:
                    run.first.append((now - asked) / 1e9)
                    first = False
                if sample:
                    run.carried += [(now - int(stamp.translate(DIGITS))) / 1e9 for stamp in stamps]
    except (aiohttp.ClientError, OSError):
        run.failed += 1


async def load(orders: list[dict], *, over: float) -> Run:
    """All of them, begun within `over` seconds."""
    run = Run()
    moments = [over * number / len(orders) for number in range(len(orders))]
    if RANDOM in os.environ:
        chance = random.Random(len(orders))
        moments = sorted(chance.uniform(0, over) for _ in orders)
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=None)
    ) as session:

        async def later(number: int, order: dict) -> None:
            await asyncio.sleep(moments[number])
            await one_stream(session, order, run, number % 10 == 0)

        await asyncio.gather(*(later(number, order) for number, order in enumerate(orders)))
    return run


def load_from_another_process(orders: list[dict], *, over: float) -> Run:
    work = subprocess.run(
        [sys.executable, "-m", "benchmarks.streaming", "--load", str(over)],
        input=json.dumps(orders).encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    return Run(**json.loads(work.stdout))


# --- The servers ----------------------------------------------------------------------------------
@contextmanager
def server(*command: str, port: int, **environment: str):
    process = subprocess.Popen(
        [sys.executable, *command],
        env={**os.environ, **environment},
        stderr=subprocess.DEVNULL if not os.environ.get("BENCHMARK_LOUD") else None,
    )
    try:
        _wait_for(port, process)
        yield psutil.Process(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait_for(port: int, process: subprocess.Popen) -> None:
    import socket

    for _ in range(300):
        if process.poll() is not None:
            raise SystemExit(f"a server ended with {process.returncode}: {process.args}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("a server did not come up")


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def upstream(tokens: int):
    port = free_port()
    options = ["--port", str(port), "--tokens", str(tokens), "--rate", str(RATE), "--stamp"]
    with server("-m", "ai.testing.provider_server", *options, port=port):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def uvicorn(application: str, **environment: str):
    port = free_port()
    options = [
        "--port",
        str(port),
        "--log-level",
        "error",
        "--no-access-log",
        "--timeout-graceful-shutdown",
        "2",
    ]
    with server("-m", "uvicorn", application, *options, port=port, **environment) as process:
        yield f"http://127.0.0.1:{port}", process


def ours(address: str, database: str):
    return uvicorn(
        "benchmarks.stream_server:application",
        DJANGO_SETTINGS_MODULE="config.settings",
        DATABASE_URL=database,
        AI_CHAIN="openai",
        OPENAI_API_KEY="benchmark",
        OPENAI_BASE_URL=f"{address}/v1",
        RATE_CHAT="1000000/m",
        STREAMS_PER_PROCESS="2000",
    )


# --- Comparisons ----------------------------------------------------------------------------------
def measure(orders: list[dict], *, over: float, process: psutil.Process | None = None) -> Run:
    before, all_before, part_before = _used_by(process), _machine(), _part()
    began = time.monotonic()
    peak = process.memory_info().rss if process else 0
    start = peak
    import threading

    done = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.2):
            peak = max(peak, process.memory_info().rss) if process else 0

    watcher = threading.Thread(target=watch)
    watcher.start()
    run = load_from_another_process(orders, over=over)
    took = time.monotonic() - began
    done.set()
    watcher.join()
    part = sum(used - part_before.get(pid, 0.0) for pid, used in _part().items())
    run.others = max(0.0, _machine() - all_before - part) / took / (os.cpu_count() or 1)
    if process:
        run.cpu = _used_by(process) - before
        run.memory = peak - start
    return run


def _used_by(process: psutil.Process | None) -> float:
    """Processor seconds, by the scheduler's clock: ticks are too coarse for short wakings."""
    return time.clock_gettime(~process.pid << 3 | 2) if process else 0.0


def _machine() -> float:
    times = psutil.cpu_times()
    return times.user + times.nice + times.system


def _part() -> dict[int, float]:
    """Processor seconds of each process that is part of this; 0 stands for those that ended."""
    own = os.times()
    used = {0: own.children_user + own.children_system}
    ours = {os.getpid(), *(child.pid for child in psutil.Process().children(recursive=True))}
    for process in psutil.process_iter(["pid", "name", "cpu_times"]):
        name, times = process.info["name"], process.info["cpu_times"]
        if times and (process.pid in ours or name in ("postgres", "valkey-server")):
            used[process.pid] = times.user + times.system
    return used


def warm_up(orders: list[dict]) -> None:
    """Twenty turns within a second, and what follows their end."""
    measure((orders * 20)[:20], over=1)
    time.sleep(2)


def straight(address: str, count: int) -> list[dict]:
    body = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "Hola"}]}
    return [{"url": f"{address}/v1/chat/completions", "json": body, "headers": {}}] * count


def through(address: str, path: str, tokens: list[str], count: int) -> list[dict]:
    return [
        {
            "url": address + path,
            "json": {"message": "Hola, ¿qué tal?"},
            "headers": {"Authorization": f"Bearer {tokens[number % len(tokens)]}"},
        }
        for number in range(count)
    ]


def compare(counts: list[int], database: str, tokens: list[str], start_rate: float) -> None:
    begun = "at random" if RANDOM in os.environ else "evenly"
    print(f"\nTokens at 20 a second; streams begun {begun}; added time in ms, p95 (p50)\n")
    print(
        f"{'streams':>8} {'':12} {'first token':>16} {'each token':>16}"
        f" {'us a token':>11} {'KB a stream':>12} {'failed':>7} {'others':>7}"
    )
    for count in counts:
        over = count / start_rate
        with upstream(int(RATE * (over + 5))) as address:
            base = measure(straight(address, count), over=over)
            show(count, "upstream", base, base)
            with relay_of(address) as (at, process):
                warm_up(through(at, "/", tokens, 20))
                floor = measure(through(at, "/", tokens, count), over=over, process=process)
                show(count, "bare relay", floor, base)
            with ours(address, database) as (at, process):
                warm_up(through(at, "/api/chat", tokens, 20))
                run = measure(through(at, "/api/chat", tokens, count), over=over, process=process)
                show(count, "Parlance", run, base)
        added = (p95(run.first) - p95(base.first)) * 1000
        goal = GOALS.get(count)
        ratio = run.per_token() / floor.per_token() if floor.per_token() else float("nan")
        print(
            f"{'':8} -> CPU a token {ratio:.2f} x the bare relay (goal 2.5);"
            f" first token +{added:.1f} ms" + (f" (goal {goal:.0f})" if goal else "")
        )


def burst(database: str, tokens: list[str], count: int = 200) -> None:
    """All at once: how long until the first token, half of the learners and 95 % of them."""
    with upstream(60) as address:
        with relay_of(address) as (at, _):
            warm_up(through(at, "/", tokens, 20))
            floor = measure(through(at, "/", tokens, count), over=0)
        with ours(address, database) as (at, _):
            warm_up(through(at, "/api/chat", tokens, 20))
            run = measure(through(at, "/api/chat", tokens, count), over=0)
    print(f"\n{count} streams in the same moment: first token in ms, p50 and p95")
    for name, one in (("bare relay", floor), ("Parlance", run)):
        print(f"{name:>12}: {p50(one.first) * 1000:.0f}, {p95(one.first) * 1000:.0f}", flush=True)


def split(database: str, tokens: list[str], count: int = 40) -> None:
    """What a turn costs however short it is, and what each token costs on top."""
    print("\nCPU of the server: a turn, and each token of it")
    spent: dict[str, list[Run]] = {"bare relay": [], "Parlance": []}
    for length in (10, 210):
        with upstream(length) as address:
            with relay_of(address) as (at, process):
                warm_up(through(at, "/", tokens, 20))
                orders = through(at, "/", tokens, count)
                spent["bare relay"].append(measure(orders, over=2, process=process))
            with ours(address, database) as (at, process):
                warm_up(through(at, "/api/chat", tokens, 20))
                orders = through(at, "/api/chat", tokens, count)
                spent["Parlance"].append(measure(orders, over=2, process=process))
    each: dict[str, float] = {}
    for name, (short, long) in spent.items():
        each[name] = (long.cpu - short.cpu) / (long.tokens - short.tokens) * 1e6
        turn = (short.cpu * 1e6 - each[name] * short.tokens) / count / 1000
        print(f"{name:>12}: {turn:.1f} ms a turn, {each[name]:.0f} us a token")
    ratio = each["Parlance"] / each["bare relay"]
    print(f"a token: {ratio:.2f} x the bare relay (goal 2.5)", flush=True)


def relay_of(address: str):
    return uvicorn(
        "benchmarks.stream_server:relay", BENCHMARK_UPSTREAM=address, DJANGO_SETTINGS_MODULE=""
    )


def show(count: int, name: str, run: Run, base: Run) -> None:
    late, later = (rank(run.first) - rank(base.first) for rank in (p50, p95))
    first = f"{later * 1000:.1f} ({late * 1000:.1f})"
    each = f"{p95(run.carried) * 1000:.1f} ({p50(run.carried) * 1000:.1f})"
    cpu = f"{run.per_token():.0f}" if run.cpu else ""
    memory = f"{run.memory / 1024 / count:.0f}" if run.cpu else ""
    print(
        f"{count:>8} {name:12} {first:>16} {each:>16} {cpu:>11} {memory:>12} {run.failed:>7}"
        f" {run.others:>7.0%}",
        flush=True,
    )


async def reconnect(address: str, token: str, drops: int, streams: int = 20) -> tuple[int, int]:
    """Reconnects made, and streams that lost or doubled something."""
    made = wrong = 0
    headers = {"Authorization": f"Bearer {token}"}

    async def one(session: aiohttp.ClientSession) -> None:
        nonlocal made, wrong
        seen: list[dict] = []
        url, method, body = f"{address}/api/chat", "POST", {"message": "Hola"}
        mine = 0
        while not seen or seen[-1]["type"] not in ("message.end", "error"):
            more = {"Last-Event-ID": str(seen[-1]["seq"])} if seen else {}
            patience = random.randint(1, 2) if mine < drops / streams else 10**9
            async with session.request(method, url, json=body, headers=headers | more) as answer:
                async for line in answer.content:
                    if line.startswith(b"data: "):
                        seen.append(json.loads(line[6:]))
                        patience -= 1
                        if patience == 0:
                            break
                answer.close()
            url, method, body = f"{address}/api/chat/stream/{seen[0]['messageId']}", "GET", None
            mine += 1
        made += mine - 1
        text = "".join(event["text"] for event in seen if event["type"] == "delta")
        whole = [event["seq"] for event in seen] == list(range(1, len(seen) + 1))
        wrong += not (whole and text == seen[-1].get("text"))

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await asyncio.gather(*(one(session) for _ in range(streams)))
    return made, wrong


async def cancel(address: str, upstream_address: str, token: str, times: int) -> list[float]:
    """Seconds from the request to stop until the upstream saw its caller go."""
    headers = {"Authorization": f"Bearer {token}"}
    waits: list[float] = []
    async with aiohttp.ClientSession() as session:
        # The first one loads what the server loads late, and is not counted.
        for _ in range(times + 1):
            await (await session.delete(f"{upstream_address}/requests")).read()
            async with session.post(
                f"{address}/api/chat", json={"message": "Hola"}, headers=headers
            ) as answer:
                message_id = ""
                async for line in answer.content:
                    if line.startswith(b"data: "):
                        event = json.loads(line[6:])
                        message_id = event.get("messageId", message_id)
                        if event["type"] == "delta":
                            break
                asked = time.monotonic()
                url = f"{address}/api/chat/messages/{message_id}/cancel"
                await (await session.post(url, headers=headers)).read()
                waits.append(await _gone(session, upstream_address) - asked)
    return waits[1:]


async def _gone(session: aiohttp.ClientSession, address: str) -> float:
    for _ in range(200):
        async with session.get(f"{address}/requests") as answer:
            requests = await answer.json()
            requests = requests.get("requests", []) if isinstance(requests, dict) else requests
            if requests and requests[-1]["goneAt"]:
                return float(requests[-1]["goneAt"])
        await asyncio.sleep(0.02)
    return float("inf")


def break_connections(database: str, tokens: list[str], drops: int, stops: int) -> None:
    # Long enough for each stream to be broken fifty times, at one or two events a connection.
    with upstream(int(RATE * 12)) as address, ours(address, database) as (at, _):
        made, wrong = asyncio.run(reconnect(at, tokens[0], drops))
        print(f"\n{made} forced reconnects: {wrong} streams lost or doubled something (goal 0)")
        waits = asyncio.run(cancel(at, address, tokens[1], stops))
        print(
            f"cancel to upstream closed, {stops} times: p95 {p95(waits) * 1000:.0f} ms (goal 200)"
        )


# --- Setting up -----------------------------------------------------------------------------------
@contextmanager
def own_database():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("PARLANCE_ENV", "development")
    import django

    django.setup()
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    kept = setup_databases(verbosity=0, interactive=False, aliases=["default"])
    name = connection.settings_dict
    address = (
        f"postgres://{name['USER']}:{name['PASSWORD']}@{name['HOST']}:{name['PORT']}/{name['NAME']}"
    )
    try:
        yield address, _learners()
    finally:
        connection.close()
        teardown_databases(kept, verbosity=0)


def _learners() -> list[str]:
    from django.db import connections

    from accounts.models import LearnerLanguage, User
    from accounts.services import issue_tokens

    tokens = []
    for number in range(USERS):
        user = User.objects.create(email=f"learner{number}@example.org", name="Ana Torres")
        LearnerLanguage.objects.create(user=user, language="es", level="B1")
        tokens.append(issue_tokens(user=user).token)
    connections.close_all()
    return tokens


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", default="1,50,200,500")
    parser.add_argument("--start-rate", type=float, default=40.0, help="streams begun a second")
    parser.add_argument("--rounds", type=int, default=1, help="times each number is measured")
    parser.add_argument("--random", action="store_true", help="streams begin at random moments")
    parser.add_argument("--quick", action="store_true", help="few reconnects and cancels")
    parser.add_argument("--load", type=float, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.load is not None:
        run = asyncio.run(load(json.load(sys.stdin), over=options.load))
        json.dump(run.__dict__, sys.stdout)
        return
    if options.random:
        os.environ[RANDOM] = "1"
    with own_database() as (database, tokens):
        compare(
            [int(count) for count in options.streams.split(",") for _ in range(options.rounds)],
            database,
            tokens,
            options.start_rate,
        )
        burst(database, tokens)
        split(database, tokens)
        drops, stops = (100, 5) if options.quick else (1000, 40)
        break_connections(database, tokens, drops, stops)


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: MIT
"""python_peers.py NAME N GAP: for each line on standard input one round, its figure on standard output.

N is how often, GAP how many seconds of rest before each."""
import asyncio
import concurrent.futures
import os
import signal
import statistics
import sys
import threading
import time

now = time.perf_counter


def resident():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGESIZE")


def round_trips(n, gap, once):
    took = []
    for _ in range(n):
        if gap > 0:
            time.sleep(gap)
        start = now()
        once()
        took.append(now() - start)
    return statistics.median(took) * 1e6


# What process pools run.

ARGUMENT = "x" * 64


def nothing(argument):
    return None


def own_pid(argument):
    return os.getpid()


pools = []


class Processes:
    def __init__(self, workers):
        self.workers = workers
        self.pool = self.make()
        self.broken = []

    def make(self):
        pools.append(concurrent.futures.ProcessPoolExecutor(self.workers))
        return pools[-1]

    def once(self):
        self.pool.submit(nothing, ARGUMENT).result()

    def tasks(self, n, gap):
        start = now()
        futures = [self.pool.submit(nothing, ARGUMENT) for _ in range(n)]
        for future in futures:
            future.result()
        return n / (now() - start)

    def round_trip(self, n, gap):
        return round_trips(n, gap, self.once)

    def recover(self):
        """A broken pool stays broken: the next task needs a new one."""
        while True:
            try:
                return self.once()
            except concurrent.futures.process.BrokenProcessPool:
                self.broken.append(self.pool)
                self.pool = self.make()

    def kill(self, n, gap):
        took = []
        for _ in range(n):
            pid = self.pool.submit(own_pid, ARGUMENT).result()
            time.sleep(gap)
            start = now()
            os.kill(pid, signal.SIGKILL)
            self.recover()
            took.append(now() - start)
            self.broken.pop().shutdown()
        return statistics.median(took) * 1e6


# Coroutines.


async def nothing_async():
    pass


async def burst(n):
    await asyncio.gather(*[asyncio.create_task(nothing_async()) for _ in range(n)])


def coroutines(n, gap):
    start = now()
    asyncio.run(burst(n))
    return n / (now() - start)


async def one_by_one(n):
    took = []
    for _ in range(n):
        start = now()
        await asyncio.create_task(nothing_async())
        took.append(now() - start)
    return statistics.median(took) * 1e6


def coroutine(n, gap):
    return asyncio.run(one_by_one(n))


async def yields(n):
    start = now()
    for _ in range(n):
        await asyncio.sleep(0)
    return (now() - start) / n * 1e9


def yield_(n, gap):
    return asyncio.run(yields(n))


async def posts(n):
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    called = 0

    def count():
        nonlocal called
        called += 1
        if called == n:
            done.set_result(None)

    def call_all():
        for _ in range(n):
            loop.call_soon_threadsafe(count)

    start = now()
    thread = threading.Thread(target=call_all)
    thread.start()
    await done
    took = now() - start
    thread.join()
    return n / took


def post(n, gap):
    return asyncio.run(posts(n))


async def park(n):
    asleep = 0

    async def sleeper():
        nonlocal asleep
        asleep += 1
        await asyncio.sleep(3600)

    before = resident()
    start = now()
    tasks = [asyncio.create_task(sleeper()) for _ in range(n)]
    while asleep < n:
        await asyncio.sleep(0)
    took = now() - start
    grown = resident() - before
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return took * 1e3, grown / n


def sleepers(n, gap):
    return asyncio.run(park(n))[0]


first_grown = None


def sleepers_bytes(n, gap):
    """Of the first round: later ones find the memory of the first."""
    global first_grown
    if first_grown is None:
        first_grown = asyncio.run(park(n))[1]
    return first_grown


PEERS = {
    "coroutines": lambda: coroutines,
    "coroutine": lambda: coroutine,
    "yield": lambda: yield_,
    "post": lambda: post,
    "sleepers": lambda: sleepers,
    "sleepers-bytes": lambda: sleepers_bytes,
    "process-tasks": lambda: Processes(2).tasks,
    "process-round-trip": lambda: Processes(2).round_trip,
    "process-kill": lambda: Processes(1).kill,
}


def main():
    name, n, gap = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    measure = PEERS[name]()
    for _ in sys.stdin:
        print(measure(n, gap), flush=True)
    for pool in pools:
        pool.shutdown()
    os._exit(0)  # at a normal exit Python rings the broken pools, whose bells are closed


if __name__ == "__main__":
    main()

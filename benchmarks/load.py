"""A bounded load over loopback: a few connections, each asking again as soon as it is answered.

Run as a process of its own (`python -m benchmarks.load HOST PORT PATH COUNT CONNECTIONS`), so
that it shares no interpreter lock with anything measured. Prints seconds and latencies as JSON.
"""

import http.client
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

MOST_REQUESTS, MOST_CONNECTIONS = 5000, 16


def ask(host: str, port: int, path: str, count: int) -> list[float]:
    connection = http.client.HTTPConnection(host, port, timeout=30)
    took = []
    for _ in range(count):
        began = time.perf_counter()
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read()
        took.append(time.perf_counter() - began)
        if response.status != 200 or not body:
            raise SystemExit(f"{path} answered {response.status}")
    connection.close()
    return took


def main(host: str, port: int, path: str, count: int, connections: int) -> None:
    count, connections = min(count, MOST_REQUESTS), min(connections, MOST_CONNECTIONS)
    ask(host, port, path, 1)
    began = time.perf_counter()
    with ThreadPoolExecutor(connections) as pool:
        each = [pool.submit(ask, host, port, path, count // connections) for _ in range(connections)]
        took = [seconds for future in each for seconds in future.result()]
    print(json.dumps({"seconds": time.perf_counter() - began, "took": sorted(took)}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))

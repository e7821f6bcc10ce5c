#!/usr/bin/env python3
"""Medians of the trials in a directory as a Markdown table; with a second argument, written between that file's markers."""
import json
import pathlib
import re
import statistics
import sys

NAMES = {"floor": "floor loop", "portico-dual": "Portico, two connections (`/rtc`)",
         "portico-single": "Portico, one connection (`/rtc/v1`)", "janus": "Janus videoroom, event loops = 1"}
BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown processor"


def table(directory):
    trials = {}
    for path in sorted(directory.glob("*.json")):
        one = json.loads(path.read_text())
        trials.setdefault(one["name"], []).append(one)
    # A void trial counts only where there is nothing else, and is marked.
    trials = {name: [t for t in runs if not t["void"]] or runs for name, runs in trials.items()}
    floor = statistics.median(t["ns_per_packet"] for t in trials["floor"])
    janus = statistics.median(t["ns_per_packet"] for t in trials["janus"]) if "janus" in trials else None
    any_trial = trials["floor"][0]
    rounds = len(trials["floor"])
    lines = [f"1 publisher, {any_trial['subscribers']} subscribers, {round(any_trial['packets_per_second_out'], -2):,.0f} packets/s out, "
             f"1,200-byte packets in bursts of 4; medians of {rounds} interleaved rounds; {processor()}.", "",
             "| server | CPU ns per delivered packet (lowest to highest) | / floor | / Janus | delivered | memory per subscriber | join to first frame, median / p95 |",
             "|---|---|---|---|---|---|---|"]
    for name, label in NAMES.items():
        if name not in trials:
            continue
        runs = trials[name]
        def middle(key):
            return statistics.median(t[key] for t in runs)
        ns = middle("ns_per_packet")
        spread = f"{min(t['ns_per_packet'] for t in runs):,.0f} to {max(t['ns_per_packet'] for t in runs):,.0f}"
        void = " **void**" if any(t["void"] for t in runs) else ""
        memory = f"{middle('bytes_per_subscriber') / 1000:,.0f} kB" if name != "floor" else "-"
        join = f"{middle('join_ms_median'):,.0f} / {middle('join_ms_p95'):,.0f} ms" if name != "floor" else "-"
        against = f"{ns / janus:.2f}" if janus else "-"
        lines.append(f"| {label} | **{ns:,.0f}** ({spread}) | {ns / floor:.2f} | {against} | "
                     f"{min(t['delivered_ratio'] for t in runs) * 100:.2f} %{void} | {memory} | {join} |")
    load = pathlib.Path("/proc/loadavg").read_text().split()[1]
    lines += ["", f"Load average while measuring (the benchmark itself makes about 0.4): {load}."]
    again = (directory / "void").read_text().split() if (directory / "void").exists() else []
    for name in sorted(set(again)):
        lines.append(f"Void for less than 99 % delivery and measured again: {name}, {again.count(name)} times.")
    return "\n".join(lines)


def main():
    text = table(pathlib.Path(sys.argv[1]))
    print(text)
    if len(sys.argv) < 3:
        return
    path = pathlib.Path(sys.argv[2])
    old = path.read_text()
    if BEGIN not in old or END not in old:
        sys.exit(f"{path} has no markers")
    path.write_text(re.sub(re.escape(BEGIN) + ".*" + re.escape(END), lambda _: f"{BEGIN}\n{text}\n{END}", old, flags=re.S))


main()

#!/usr/bin/env python3
"""Holds every #include in src/ to the table that the configure step wrote (folder: allowed folders), and keeps the lower
storeys free of I/O. Usage: check_layers.py build/dev/layers.txt"""
import pathlib
import re
import sys

MAX_LINES = 400
IO_STOREYS = {"io", "service", "app"}
BANNED_BELOW_IO = re.compile(
    r"#include <(sys/socket\.h|netinet/.*|sys/epoll\.h|uv\.h|thread|mutex|condition_variable|sqlite3\.h|fstream|spdlog/.*|unistd\.h)>")
ALLOWED = {("base", "mutex")}  # the metrics registry's list
BANNED_EVERYWHERE = [
    (re.compile(r"\bgetenv\s*\("), {"app"}, "getenv belongs to app/config"),
    (re.compile(r"\bstd::thread\b"), {"io"}, "threads belong to io/runtime"),
    (re.compile(r"\b(usleep|sleep_for|sleep_until)\s*\("), set(), "nobody sleeps"),
    (re.compile(r'#include ".*\.pb\.h"'), {"codec/livekit"}, ".pb.h stays inside codec/livekit"),
]


def main() -> int:
    table = {}
    for line in pathlib.Path(sys.argv[1]).read_text().splitlines():
        folder, deps = line.split(":")
        table[folder] = set(re.split(r"[; ]+", deps.strip())) - {""}
    errors = []
    closure = {}

    def reach(folder):
        if folder not in closure:
            closure[folder] = set(table[folder])
            for dep in table[folder]:
                closure[folder] |= reach(dep)
        return closure[folder]

    for path in sorted(pathlib.Path("src").rglob("*")):
        if path.suffix not in {".h", ".cpp"}:
            continue
        folder = str(path.parent.relative_to("src"))
        storey = folder.split("/")[0]
        if folder not in table:
            errors.append(f"{path}: folder {folder} has no portico_module()")
            continue
        lines = path.read_text().splitlines()
        if len(lines) > MAX_LINES:
            errors.append(f"{path}: {len(lines)} lines, the limit is {MAX_LINES}: one concept a file")
        for number, line in enumerate(lines, 1):
            include = re.match(r'\s*#include "([^"]+)"', line)
            if include and "/" in include[1]:
                target = include[1].rsplit("/", 1)[0]
                if target != folder and target in table and target not in reach(folder):
                    errors.append(f"{path}:{number}: {folder} may not include {target}")
            banned = BANNED_BELOW_IO.match(line.strip())
            test = path.stem.endswith(("_test", "_fuzz", "_bench"))
            if banned and storey not in IO_STOREYS and (storey, banned[1]) not in ALLOWED and not test:
                errors.append(f"{path}:{number}: no I/O below io/: {banned[0]}")
            for pattern, allowed, why in BANNED_EVERYWHERE:
                if pattern.search(line) and storey not in allowed and folder not in allowed and not test:
                    errors.append(f"{path}:{number}: {why}")
    print("\n".join(errors) if errors else f"layers: {len(table)} folders, no stray include")
    return 1 if errors else 0


sys.exit(main())

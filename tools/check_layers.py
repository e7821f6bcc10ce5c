#!/usr/bin/env python3
"""Holds every #include in src/ to what the folders declare in their CMakeLists.txt (portico_module(DEPS ...)), keeps the lower storeys
free of I/O, and keeps files short. Usage: check_layers.py [ROOT]; prints what is wrong, one line each."""
import pathlib
import re
import sys

MAX_LINES = 400
IO_STOREYS = {"io", "service", "app"}
BANNED_BELOW_IO = re.compile(
    r"#include <(sys/socket\.h|netinet/.*|sys/epoll\.h|uv\.h|thread|mutex|condition_variable|sqlite3\.h|fstream|spdlog/.*|unistd\.h)>")
ALLOWED = {("base", "mutex")}  # the metrics registry's list
# (what, storeys or folders where it is at home, why it is not elsewhere)
BANNED_EVERYWHERE = [
    (re.compile(r"\bgetenv\s*\("), {"app"}, "getenv belongs to app/config"),
    (re.compile(r"\bstd::j?thread\b(?!\s*::\s*hardware_concurrency\b)"), {"io"}, "threads belong to io/runtime"),
    (re.compile(r"\b(usleep|nanosleep|sleep_for|sleep_until)\s*\("), set(), "nobody sleeps"),
    (re.compile(r'#include ".*\.pb\.h"'), {"codec/livekit"}, ".pb.h stays inside codec/livekit"),
]


def blank(match):
    return re.sub(r"[^\n]", " ", match[0])


def without_comments(text):
    """The same text, line for line, with comments and the contents of string literals blanked (but not of #include lines)."""
    token = re.compile(
        r'^[ \t]*#include[^\n]*|//[^\n]*|/\*.*?\*/|R"([^()\s\\]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"', re.S | re.M)
    return token.sub(lambda m: m[0] if m[0].lstrip().startswith("#include") else blank(m), text)


def read_table(root):
    """folder -> folders it declares, from the CMakeLists.txt of each folder of src/."""
    table = {}
    for path in sorted((root / "src").rglob("CMakeLists.txt")):
        text = re.sub(r"#[^\n]*", "", path.read_text())
        module = re.search(r"\bportico_module\s*\((.*?)\)", text, re.S)
        if module:
            words = re.sub(r"\$\{[^}]*\}", "", module[1]).split()
            deps = set()
            keyword = ""
            for word in words:
                if word.isupper() or re.fullmatch(r"[A-Z_]+", word):
                    keyword = word
                elif keyword == "DEPS":
                    deps.add(word)
            table[str(path.parent.relative_to(root / "src"))] = deps
    return table


def main() -> int:
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    table = read_table(root)
    errors = []
    closure = {}

    def reach(folder):
        if folder not in closure:
            closure[folder] = set(table.get(folder, ()))
            for dep in table.get(folder, ()):
                closure[folder] |= reach(dep)
        return closure[folder]

    for path in sorted((root / "src").rglob("*")):
        if path.suffix not in {".h", ".cpp"}:
            continue
        folder = str(path.parent.relative_to(root / "src"))
        storey = folder.split("/")[0]
        name = path.relative_to(root)
        if folder not in table:
            errors.append(f"{name}: folder {folder} has no portico_module()")
            continue
        lines = without_comments(path.read_text()).splitlines()
        if len(lines) > MAX_LINES:
            errors.append(f"{name}: {len(lines)} lines, the limit is {MAX_LINES}: one concept a file")
        test = path.stem.endswith(("_test", "_fuzz", "_bench"))
        for number, line in enumerate(lines, 1):
            include = re.match(r'\s*#include "([^"]+)"', line)
            if include and "/" in include[1]:
                target = include[1].rsplit("/", 1)[0]
                if target != folder and target in table and target not in reach(folder):
                    errors.append(f"{name}:{number}: {folder} may not include {target}")
            banned = BANNED_BELOW_IO.match(line.strip())
            if banned and storey not in IO_STOREYS and (storey, banned[1]) not in ALLOWED and not test:
                errors.append(f"{name}:{number}: no I/O below io/: {banned[0]}")
            for pattern, allowed, why in BANNED_EVERYWHERE:
                if pattern.search(line) and storey not in allowed and folder not in allowed and not test:
                    errors.append(f"{name}:{number}: {why}")
    print("\n".join(errors) if errors else f"layers: {len(table)} folders, no stray include")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())

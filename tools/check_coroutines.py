#!/usr/bin/env python3
"""House rule for coroutines: `co_await` is a whole statement (`co_await x;`, `auto v = co_await x;`, `v = co_await x;`,
`co_return co_await x;`), one a statement, and its arguments hold no lambda literal and no brace-init.
Usage: check_coroutines.py [ROOT]; prints what is wrong, one line each."""
import pathlib
import re
import sys

FORM = re.compile(r"^(?:(?:const\s+)?(?:auto|[\w:<>,\s]+?)[&*]*\s*(?:\[[\w,\s]+\]|[\w.>\-]+)\s*=\s*|[\w.\->\[\]*]+\s*=\s*|co_return\s+)?co_await\s[^{}]*$")
tree = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
errors = []
for root in ("src", "tests", "bench"):
    for path in sorted((tree / root).rglob("*.[ch]pp")) + sorted((tree / root).rglob("*.h")):
        if "compiler_canary" in path.parts or "node_modules" in path.parts:
            continue
        text = re.sub(r"//[^\n]*|/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m[0]), path.read_text(), flags=re.S)
        text = re.sub(r'"(?:\\.|[^"\\\n])*"', '""', text)
        for match in re.finditer(r"co_await", text):
            begin = max(text.rfind(c, 0, match.start()) for c in ";{}") + 1
            end = text.find(";", match.start())
            statement = " ".join(text[begin:end].split())
            statement = re.sub(r"^(?:public|private|protected|case [^:]+|default|\w+):\s+", "", statement)
            statement = re.sub(r"^(?:if|while|for) \((?:(?!co_await).)*\) ", "", statement)
            statement = re.sub(r"^else ", "", statement)
            statement = re.sub(r"^PORTICO_CO_TRY(?:_VOID)?\((?:\w+, )?(co_await .*)\)$", r"\1", statement)  # expands to a statement
            if "operator co_await" in statement:
                continue
            number = text.count("\n", 0, match.start()) + 1
            if statement.count("co_await") > 1:
                errors.append(f"{path}:{number}: one co_await a statement: {statement[:90]}")
            elif not FORM.match(statement):
                errors.append(f"{path}:{number}: co_await must be a whole statement without lambda or brace-init: {statement[:90]}")
print("\n".join(errors) if errors else "coroutines: every co_await is a whole statement")
sys.exit(1 if errors else 0)

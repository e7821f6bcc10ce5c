#!/usr/bin/env python3
"""Do tools/check_layers.py and tools/check_coroutines.py really fire? Each gets a small tree with one thing wrong, and one with nothing."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLEAN = {
    "src/base/CMakeLists.txt": "portico_module()\n",
    "src/base/value.h": "#pragma once\n",
    "src/codec/box/CMakeLists.txt": "portico_module(DEPS base LINK ${something} OpenSSL::Crypto)\n",
    "src/codec/box/box.h": '#pragma once\n#include "base/value.h"\n',
    "src/codec/lid/CMakeLists.txt": "portico_module(DEPS base)\n",
    "src/codec/lid/lid.h": "#pragma once\n",
    "src/io/shell/CMakeLists.txt": "portico_module(DEPS codec/box)\n",
    "src/io/shell/shell.cpp": '#include "codec/box/box.h"\n#include "base/value.h"\n#include <sys/socket.h>\n',
    "src/app/CMakeLists.txt": "portico_module(DEPS io/shell)\n",
    "src/app/app.cpp": '#include "io/shell/shell.h"\n',
}


def check(tool, files):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {**CLEAN, **files}.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        result = subprocess.run([sys.executable, ROOT / "tools" / tool, folder], capture_output=True, text=True)
        assert result.stderr == "", result.stderr
        return result.returncode, result.stdout


class Layers(unittest.TestCase):
    def fires(self, files, words):
        status, output = check("check_layers.py", files)
        self.assertEqual(status, 1, output)
        self.assertEqual(len(output.splitlines()), 1, output)
        self.assertIn(words, output)

    def passes(self, files):
        status, output = check("check_layers.py", files)
        self.assertEqual(status, 0, output)

    def test_a_clean_tree_passes(self):
        self.passes({})

    def test_an_undeclared_folder_of_the_same_storey(self):
        self.fires({"src/codec/box/box.cpp": '#include "codec/lid/lid.h"\n'}, "box.cpp:1: codec/box may not include codec/lid")

    def test_an_include_upwards(self):
        self.fires({"src/base/value.cpp": '\n#include "codec/box/box.h"\n'}, "value.cpp:2: base may not include codec/box")

    def test_an_include_through_a_declared_folder_passes(self):
        self.passes({"src/app/more.cpp": '#include "codec/box/box.h"\n'})

    def test_a_folder_without_module(self):
        self.fires({"src/codec/stray/a.h": "#pragma once\n"}, "no portico_module()")

    def test_sockets_and_threads_below_io(self):
        for header in ("sys/socket.h", "netinet/in.h", "uv.h", "thread", "mutex", "fstream"):
            self.fires({"src/codec/box/box.cpp": f"#include <{header}>\n"}, "no I/O below io/")

    def test_tests_may_use_files(self):
        self.passes({"src/codec/box/box_test.cpp": "#include <fstream>\n"})

    def test_getenv_threads_and_sleep(self):
        self.fires({"src/io/shell/b.cpp": 'auto x = getenv("HOME");\n'}, "getenv belongs to app/config")
        self.fires({"src/app/b.cpp": "std::thread worker(run);\n"}, "threads belong to io/runtime")
        self.fires({"src/app/b.cpp": "std::jthread worker(run);\n"}, "threads belong to io/runtime")
        self.fires({"src/io/shell/b.cpp": "std::this_thread::sleep_until(then);\n"}, "nobody sleeps")
        self.fires({"src/io/shell/b.cpp": '#include "livekit_rtc.pb.h"\n'}, ".pb.h stays inside codec/livekit")

    def test_what_only_looks_like_it(self):
        self.passes({"src/app/b.cpp": "// std::thread and sleep_until(x) in a comment\nint n = std::thread::hardware_concurrency();\n"})
        self.passes({"src/io/shell/b.cpp": '/* getenv(\n   sleep_for( */\nauto s = "sleep_for(1) // getenv(x)";\nawait_until(x);\n'})

    def test_the_line_number_survives_comments(self):
        self.fires({"src/app/b.cpp": "/* one\ntwo\nthree */ // four\nstd::thread t;\n"}, "b.cpp:4:")

    def test_a_long_file(self):
        self.fires({"src/base/long.h": "#pragma once\n" * 401}, "401 lines, the limit is 400")
        self.passes({"src/base/long.h": "#pragma once\n" * 400})


class Coroutines(unittest.TestCase):
    def fires(self, statement):
        status, output = check("check_coroutines.py", {"src/io/shell/c.cpp": f"Task<int> f() {{\n  {statement}\n}}\n"})
        self.assertEqual(status, 1, f"passed: {statement}")
        self.assertIn("c.cpp:2:", output)

    def passes(self, statement):
        status, output = check("check_coroutines.py", {"src/io/shell/c.cpp": f"Task<int> f() {{\n  {statement}\n}}\n"})
        self.assertEqual(status, 0, output)

    def test_whole_statements_pass(self):
        for statement in ("co_await g();", "auto v = co_await g(x, std::move(y));", "const auto& v = co_await g();", "v = co_await g();",
                          "auto [a, b] = co_await g();", "co_return co_await g();", "if (x) co_await g();", "std::string s = co_await g();",
                          "object.member_ = co_await g();", "// if (co_await g()) {}", "PORTICO_CO_TRY(size, co_await g(x));"):
            self.passes(statement)

    def test_everything_else_fires(self):
        for statement in ("if (co_await g()) h();", "while (co_await g()) h();", "switch (co_await g()) { default: h(); }",
                          "auto v = c ? co_await g() : h();", "auto v = (co_await g()).size();", "auto v = co_await g() + co_await h();",
                          "co_await g([x] { return x; });", "co_await g(Pair{1, 2});", "co_await g({1, 2});", "Pair p{co_await g(), 3};",
                          "h(co_await g());", "co_return (co_await g()).value();", "for (auto& v : co_await g()) h(v);"):
            self.fires(statement)


if __name__ == "__main__":
    unittest.main()

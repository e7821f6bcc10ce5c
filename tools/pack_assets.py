#!/usr/bin/env python3
"""Packs a directory of web files into a C++ source that holds them: one blob pulled in by .incbin and a sorted table.

usage: pack_assets.py DIRECTORY OUTPUT.cpp OUTPUT.blob NAMESPACE

Each file is stored as it is, and gzip'd (and by brotli, when the tool is installed) where that saves at least a twentieth.
A missing directory gives an empty table. The same input gives the same output, byte for byte.
"""
import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys

MIME = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".webmanifest": "application/manifest+json",
    ".wasm": "application/wasm",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".woff": "font/woff",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".txt": "text/plain; charset=utf-8",
}
COMPRESSIBLE = {".html", ".js", ".mjs", ".css", ".json", ".map", ".webmanifest", ".wasm", ".svg", ".ico", ".txt"}
# "index-3f9a1c2b.js": eight characters of hash before the extension, as bundlers write them.
HASHED = re.compile(r"[-.][A-Za-z0-9_-]{8}\.[A-Za-z0-9]+$")

# The compiler reads the blob when it assembles this; the build system knows it as a dependency.
ASSEMBLY = r"""__asm__(
    ".section .rodata\n"
    ".balign 16\n"
    ".hidden portico_asset_blob\n"
    ".globl portico_asset_blob\n"
    "portico_asset_blob:\n"
    ".incbin \"BLOB\"\n"
    ".text\n");
extern "C" __attribute__((visibility("hidden"))) const unsigned char portico_asset_blob[];

"""


def brotli(data):
    tool = shutil.which("brotli")
    if tool is None:
        return b""
    return subprocess.run([tool, "-q", "11", "-c", "-"], input=data, stdout=subprocess.PIPE, check=True).stdout


def worth(variant, data):
    return variant if variant and len(variant) < len(data) * 0.95 else b""


def files_below(root):
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in names:
            if not name.startswith("."):
                full = os.path.join(folder, name)
                found.append(("/" + os.path.relpath(full, root).replace(os.sep, "/"), full))
    # The table is searched by bytes.
    return sorted(found, key=lambda item: item[0].encode())


def literal(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    root, source, blob_path, namespace = sys.argv[1:]
    blob = bytearray()
    rows = []
    for path, full in files_below(root) if os.path.isdir(root) else []:
        with open(full, "rb") as file:
            data = file.read()
        extension = os.path.splitext(path)[1].lower()
        variants = [data, b"", b""]
        if extension in COMPRESSIBLE and len(data) > 256:
            variants[1] = worth(gzip.compress(data, 9, mtime=0), data)
            variants[2] = worth(brotli(data), data)
        spans = []
        for variant in variants:
            spans.append("Bytes()" if not variant and variant is not data else
                         f"Bytes(portico_asset_blob + {len(blob)}, {len(variant)})")
            blob += variant
        etag = '"' + hashlib.sha256(data).hexdigest()[:16] + '"'
        immutable = "true" if path.startswith("/assets/") and HASHED.search(path) else "false"
        mime = MIME.get(extension, "application/octet-stream")
        rows.append(f"    {{{literal(path)}, {literal(mime)}, {literal(etag)}, {immutable},\n     " +
                    ",\n     ".join(spans) + "},\n")
    with open(blob_path, "wb") as file:
        file.write(blob)
    with open(source, "w", encoding="utf-8") as file:
        file.write("// Made by tools/pack_assets.py. Do not edit.\n")
        file.write('#include "app/embedded_assets.h"\n\n')
        if rows:
            file.write(ASSEMBLY.replace("BLOB", os.path.abspath(blob_path)))
        file.write(f"namespace {namespace} {{\n\n")
        file.write("io::http::AssetTable embedded_assets() {\n")
        if rows:
            file.write("  static const io::http::Asset kTable[] = {\n" + "".join(rows) + "  };\n  return kTable;\n")
        else:
            file.write("  return {};\n")
        file.write(f"}}\n\n}}  // namespace {namespace}\n")


main()

"""Decoding benchmark files: bytes become text, or a fault that says where and what to do."""

from __future__ import annotations

from pytest_llmeval.benchmark.rows import Fault

BOM = b"\xef\xbb\xbf"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def decoded(raw: bytes, line: int, offset: int) -> str | Fault:
    """Decode bytes that start at a line and an offset of their file."""
    if offset == 0 and raw.startswith(BOM):
        raw, offset = raw[len(BOM) :], len(BOM)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        at = f"byte 0x{raw[error.start]:02x} at offset {offset + error.start}"
        kind = "UTF-16, not UTF-8" if offset == 0 and raw.startswith(UTF_16) else "not UTF-8"
        return Fault(line + raw.count(b"\n", 0, error.start), f"{kind}: {at}; save the file as UTF-8")

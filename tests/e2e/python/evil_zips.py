"""Writes zip files that no honest tool would make into the folder it is given."""

import pathlib
import struct
import sys
import zipfile

folder = pathlib.Path(sys.argv[1])
MEGABYTE = b"\0" * (1 << 20)


def write(name, method, entries):
    with zipfile.ZipFile(folder / f"{name}.zip", "w", method, compresslevel=9) as archive:
        archive.writestr("index.js", "exports.handler = async () => 'evil';")
        for entry, megabytes in entries:
            with archive.open(entry, "w") as out:
                for _ in range(megabytes):
                    out.write(MEGABYTE)


def patch(name, source, change):
    content = bytearray((folder / f"{source}.zip").read_bytes())
    change(content)
    (folder / f"{name}.zip").write_bytes(content)


def lie_about_size(content):
    """The headers say ten bytes; what comes out is more."""
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.rindex(signature)
        content[at + offset:at + offset + 4] = struct.pack("<I", 10)


def claim_encryption(content):
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1


def overlap(content):
    """Every entry of the directory points at the same data."""
    at = 0
    while (at := content.find(b"PK\x01\x02", at)) >= 0:
        content[at + 42:at + 46] = struct.pack("<I", 0)
        at += 46


write("bomb of 300 MB, 1000 to 1", zipfile.ZIP_DEFLATED, [("zeros", 300)])
write("bomb in many files", zipfile.ZIP_DEFLATED, [(f"zeros{n}", 10) for n in range(30)])
write("bomb of bzip2, 20000 to 1", zipfile.ZIP_BZIP2, [("zeros", 260)])
write("small", zipfile.ZIP_DEFLATED, [("zeros", 3)])
patch("size that lies", "small", lie_about_size)
patch("encrypted", "small", claim_encryption)
patch("overlapping entries", "small", overlap)
(folder / "small.zip").unlink()
with zipfile.ZipFile(folder / "very many entries.zip", "w") as archive:
    for n in range(200_000):
        archive.writestr(f"{n}", b"")
with zipfile.ZipFile(folder / "very deep.zip", "w") as archive:
    archive.writestr("d/" * 4000 + "index.js", b"x")

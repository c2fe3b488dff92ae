"""What a process does with the C library's memory."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

# Threads that are alive together and each take many small pieces; then glibc says how many heaps there are.
PROGRAM = """
import sys
from ctypes import CDLL, c_char_p, c_int, c_void_p
from threading import Barrier, Thread
{first}
together = Barrier(4)

def work():
    together.wait()
    taken = [bytes(600) for _ in range(2000)]
    together.wait()

threads = [Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
libc = CDLL(None)
libc.fopen.restype, libc.fopen.argtypes = c_void_p, (c_char_p, c_char_p)
libc.malloc_info.argtypes, libc.fclose.argtypes = (c_int, c_void_p), (c_void_p,)
file = libc.fopen(sys.argv[1].encode(), b"w")
libc.malloc_info(0, file)
libc.fclose(file)
"""
TOGETHER = "from mailbot.runner import keep_memory_together\nkeep_memory_together()"


def heaps(folder: Path, first: str) -> int:
    """How many heaps a process has in which several threads have worked."""
    file = folder / "heaps.xml"
    subprocess.run([sys.executable, "-c", PROGRAM.format(first=first), str(file)], check=True, timeout=60)
    return file.read_text().count("<heap nr=")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc makes several heaps")
def test_all_threads_take_memory_from_one_heap(tmp_path: Path) -> None:
    """By itself each gets one of its own."""
    assert heaps(tmp_path, "") > 1
    assert heaps(tmp_path, TOGETHER) == 1

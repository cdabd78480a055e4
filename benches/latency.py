#!/usr/bin/env python3
"""From a byte on the wire to the pixel: the real window beside a bare one of the same library, xterm and PuTTY, in turns.

    cargo build --release && cargo build --release --example bare_window && benches/latency.py [--bytes 60] [--binary PATH]

Needs Xvfb and xdotool (Debian: xvfb xdotool); xterm and PuTTY are left out, and named, where they are not installed.
Everything runs on an X server of its own, whose screen is a file that is looked at some ten thousand times a second. A
byte goes out when the screen has stood still for a while; the time runs until the first pixel changes, and for "settled"
until the last one did.
"""
import argparse
import mmap
import os
import pathlib
import pty
import random
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import tty

from terminal import Port

STILL = 0.35
PATIENCE = 20
WIDE, HIGH = 1300, 860


class Screen:
    """An X server whose screen can be read without asking it."""

    def __init__(self):
        self.folder = tempfile.mkdtemp()
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", "1", "-screen", "0", f"{WIDE}x{HIGH}x24", "-nolisten", "tcp", "-fbdir", self.folder],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.name = ":" + self.server.stdout.readline().decode().strip()
        file = open(pathlib.Path(self.folder) / "Xvfb_screen0", "rb")
        self.pixels = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        # An xwd file: the size of its header, and at the 20th word the number of colours, 12 bytes each.
        header = struct.unpack(">25I", self.pixels[:100])
        self.begin = header[0] + 12 * header[19]
        self.line = header[12]

    def look(self):
        """Every line of the screen but the lowest ones, where a counter may stand."""
        return self.pixels[self.begin : self.begin + self.line * HIGH]

    def until_still(self, least=STILL):
        last, since = self.look(), time.monotonic()
        begun = since
        while time.monotonic() < since + least:
            time.sleep(0.01)
            now = self.look()
            if now != last:
                last, since = now, time.monotonic()
            if time.monotonic() > begun + PATIENCE:
                sys.exit("the screen does not stand still")
        return last

    def close(self):
        self.server.terminate()
        self.server.wait(timeout=20)
        shutil.rmtree(self.folder, ignore_errors=True)


def measure(screen, write, count):
    first, settled = [], []
    for number in range(count):
        before = screen.until_still()
        time.sleep(random.uniform(0.0, 0.05))
        began = time.monotonic()
        write(b"abcdefghij"[number % 10 : number % 10 + 1])
        while screen.look() == before:
            if time.monotonic() > began + PATIENCE:
                sys.exit("nothing changes on the screen")
        first.append(time.monotonic() - began)
        last, changed = screen.look(), time.monotonic()
        while time.monotonic() < changed + 0.12:
            now = screen.look()
            if now != last:
                last, changed = now, time.monotonic()
        settled.append(changed - began)
    return first, settled


def run(name, arguments, screen, count, device=None, inherited=None):
    """Starts a program on a port of its own, or one that writes to `device`, and measures it; prints one line."""
    port = Port() if device is None else None
    write_to = port.master if port else device
    home = tempfile.mkdtemp()
    environment = dict(os.environ, DISPLAY=screen.name, HOME=home, XDG_CONFIG_HOME=home + "/config", XDG_DATA_HOME=home + "/data")
    for gone in ("WAYLAND_DISPLAY", "XDG_RUNTIME_DIR"):
        environment.pop(gone, None)
    arguments = [port.path if port and word == "PORT" else word for word in arguments]
    program = subprocess.Popen(
        arguments, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        pass_fds=[] if inherited is None else [inherited],
    )
    try:
        time.sleep(3)
        if program.poll() is not None:
            print(f"{name}: ended at once")
            return None
        subprocess.run(["xdotool", "mousemove", "5", str(HIGH - 5)], env=environment, check=False)
        screen.until_still(1.0)
        measure(screen, lambda data: os.write(write_to, data), 3)
        first, settled = measure(screen, lambda data: os.write(write_to, data), count)
    finally:
        program.terminate()
        program.wait(timeout=20)
        if port:
            port.close()
        shutil.rmtree(home, ignore_errors=True)
    milliseconds = lambda times, part: 1000 * sorted(times)[int(len(times) * part)]
    print(
        f"{name:14} first pixel {milliseconds(first, 0.5):6.1f} ms in the median, {milliseconds(first, 0.9):6.1f} in nine of ten; "
        f"settled {milliseconds(settled, 0.5):6.1f}",
        flush=True,
    )
    return statistics.median(first)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--bytes", type=int, default=60, help="so many bytes each program")
    arguments.add_argument("--binary", default="target/release/modemscope")
    arguments.add_argument("--bare", help="the bare window; beside the binary, in examples, unless told")
    wish = arguments.parse_args()
    bare = wish.bare or str(pathlib.Path(wish.binary).parent / "examples" / "bare_window")
    for program in (wish.binary, bare):
        if not os.access(program, os.X_OK):
            arguments.error(f"{program} cannot be run: build it as above, or name another by --binary and --bare")
    screen = Screen()
    try:
        ours = run("modemscope", [wish.binary, "PORT"], screen, wish.bytes)
        least = run("bare window", [bare, "PORT"], screen, wish.bytes)
        if shutil.which("xterm"):
            # xterm shows what comes out of a master: it is given ours, and we write to its device.
            master, device = pty.openpty()
            tty.setraw(device)
            run("xterm", ["xterm", "-geometry", "150x50", f"-S/{master}"], screen, wish.bytes, device, master)
        else:
            print("xterm is not installed")
        if shutil.which("putty"):
            run("PuTTY", ["putty", "-serial", "PORT", "-sercfg", "115200,8,n,1,N"], screen, wish.bytes)
        else:
            print("PuTTY is not installed")
        if ours and least:
            print(f"modemscope takes {ours / least:.2f} times as long as the bare window")
    finally:
        screen.close()


main()

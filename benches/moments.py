#!/usr/bin/env python3
"""How long a user waits for what should be at once: a device that is back is open again, a send is cancelled, a port is let go.

    cargo build --release && benches/moments.py [--rounds 100] [--binary target/release/modemscope]

One line each, in ms: median, the value that 99 of 100 stay under, worst. Everything is measured from outside, at the other end
of a pseudo-terminal: the port counts as open, or let go, when the system says so.

    reopen      `capture --reconnect`: from the device's return under its name until it is open again (aim: 99 % in 150 ms)
    cancel      `send --file` to a far end that reads nothing: from Ctrl+C until the port is let go (aim: 100 ms)
    disconnect  `capture` while the far end floods it: from Ctrl+C until the port is let go (aim: 100 ms)
"""
import argparse
import os
import pathlib
import pty
import select
import signal
import subprocess
import sys
import tempfile
import time
import tty

PATIENCE = 20
FLOOD = b"+CSQ: 18,0 the quick brown fox jumps over the lazy dog OK\r\n" * 64


class Device:
    """A pseudo-terminal under a name of its own, like an adapter with a link in /dev/serial."""

    def __init__(self, name):
        self.name = name
        self.master, end = pty.openpty()
        tty.setraw(end)
        self.path = os.ttyname(end)
        os.close(end)
        os.set_blocking(self.master, False)
        self.look = select.poll()
        self.look.register(self.master, 0)

    def plug_in(self):
        os.symlink(self.path, self.name)

    def unplug(self):
        os.unlink(self.name)
        os.close(self.master)

    def is_open(self):
        return not any(events & select.POLLHUP for _, events in self.look.poll(0))

    def until(self, wanted, meanwhile=lambda: None):
        """Seconds until it is open (or not)."""
        began = time.monotonic()
        while self.is_open() != wanted:
            if time.monotonic() > began + PATIENCE:
                sys.exit(f"the port was not {'opened' if wanted else 'let go'} in {PATIENCE} s")
            meanwhile()
            time.sleep(0.0002)
        return time.monotonic() - began

    def flood(self):
        try:
            os.write(self.master, FLOOD)
        except BlockingIOError:
            pass


def start(command):
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def reopen(binary, folder, rounds):
    name, capture = f"{folder}/port", f"{folder}/reopen.pcapng"
    device = Device(name)
    device.plug_in()
    child = start([binary, "capture", name, capture, "--reconnect"])
    device.until(True)
    # It still asks the port for its settings: one that is gone then did not open in the first place.
    time.sleep(0.3)
    for number in range(rounds):
        device.unplug()
        device = Device(name)
        # Away for other spans each time, so that no rhythm of looking is met by chance.
        time.sleep(0.3 + number % 10 * 0.037)
        device.plug_in()
        yield device.until(True)
    child.send_signal(signal.SIGINT)
    child.wait(PATIENCE)
    device.unplug()


def cancel(binary, folder, rounds):
    file = f"{folder}/file"
    pathlib.Path(file).write_bytes(b"x" * (1 << 20))
    for _ in range(rounds):
        yield ended(f"{folder}/port", [binary, "send", f"{folder}/port", "--file", file], lambda device: None)


def disconnect(binary, folder, rounds):
    for number in range(rounds):
        capture = pathlib.Path(f"{folder}/{number}.pcapng")
        command = [binary, "capture", f"{folder}/port", capture]
        # On a busy machine the system has the port open long before the program has read a byte; a capture of nothing is withdrawn.
        yield ended(f"{folder}/port", command, Device.flood, lambda: capture.stat().st_size > len(FLOOD))
        capture.unlink()


def ended(name, command, meanwhile, begun=lambda: True):
    """Seconds from Ctrl+C until the port is let go; it comes once the command has begun, and not before 0.3 s."""
    device = Device(name)
    device.plug_in()
    child = start(command)
    device.until(True)
    opened = time.monotonic()
    while time.monotonic() < opened + 0.3 or not begun():
        if time.monotonic() > opened + PATIENCE:
            sys.exit(f"nothing went on at the port in {PATIENCE} s")
        meanwhile(device)
        time.sleep(0.0005)
    child.send_signal(signal.SIGINT)
    seconds = device.until(False, lambda: meanwhile(device))
    child.wait(PATIENCE)
    device.unplug()
    return seconds


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=100)
    options.add_argument("--binary", default="target/release/modemscope")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for moment in [reopen, cancel, disconnect]:
            times = sorted(1000 * seconds for seconds in moment(chosen.binary, folder, chosen.rounds))
            most = times[min(len(times) - 1, len(times) * 99 // 100)]
            print(
                f"{moment.__name__:12} median {times[len(times) // 2]:7.1f} ms, 99 % {most:7.1f} ms,"
                f" worst {times[-1]:7.1f} ms, {len(times)} times",
                flush=True,
            )


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Drains a pseudo-terminal through the window of modemscope, open and following, beside picocom, CuteCom, PuTTY and a
bare read loop: in turns, on the same bytes. Checks that the capture holds all of them, and what the window needs.

    cargo build --release && benches/drain_window.py [--mib 64] [--rounds 3] [--only modemscope] [--binary PATH] [--hidden]

Needs Xvfb and xdotool (Debian: xvfb xdotool); the peers are left out, and named, where they are not installed (Debian:
picocom cutecom putty). Everything runs on an X server of its own, with settings of its own.

One line a program and round: seconds until the last byte was taken, MB/s, seconds until the program rested again,
processor time per MB, memory before and after. For modemscope also what each of its threads used: `link` is the worker
that reads the port, `log feed` counts the rows, `window` draws them (on Xvfb with a software GL, whose threads are
`GL`). What the X server does for CuteCom and PuTTY is not counted.
"""
import argparse
import dataclasses
import os
import pathlib
import pty
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from terminal import Port, modem_talk, ticks, used, waiting, write_all

PATIENCE = 600
PEERS = {"picocom": "picocom", "CuteCom": "cutecom", "PuTTY": "putty"}
CUTECOM_SESSION = """[sessions]
1\\BaudRate=115200
1\\DataBits=8
1\\Device={port}
1\\FlowControl=0
1\\OpenMode=3
1\\Parity=0
1\\StopBits=1
1\\name=Default
size=1
"""


class Display:
    """An X server of our own."""

    def __init__(self):
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", "1", "-screen", "0", "1600x1000x24", "-nolisten", "tcp"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.name = ":" + self.server.stdout.readline().decode().strip()

    def close(self):
        self.server.terminate()
        self.server.wait(timeout=20)


@dataclasses.dataclass
class Run:
    """What one program needed for all the bytes."""

    seconds: float
    rested: float
    processor: float
    before: float = 0.0
    after: float = 0.0
    peak: float = 0.0
    threads: dict = dataclasses.field(default_factory=dict)


def threads_used(process):
    """Processor seconds by kind of thread; who ended meanwhile is left out."""
    seconds = {}
    for task in pathlib.Path(f"/proc/{process}/task").iterdir():
        try:
            name = (task / "comm").read_text().strip()
            spent = ticks((task / "stat").read_text())
        except OSError:
            continue
        if int(task.name) == process:
            name = "window"
        elif name.startswith("link "):
            name = "link"
        elif name.startswith(("llvmpipe", "modemsco", "WSI", "mesa")) or ":" in name:
            name = "GL"
        seconds[name] = seconds.get(name, 0.0) + spent
    return seconds


def memory(process, field):
    for line in pathlib.Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    return 0.0


def until_it_rests(process, since):
    """Seconds from `since` until the process used next to nothing for a second."""
    rested, last = time.monotonic(), used(process)
    while time.monotonic() < rested + 1 and time.monotonic() < since + PATIENCE:
        time.sleep(0.1)
        now = used(process)
        if now - last > 0.011:
            rested = time.monotonic()
        last = now
    return rested - since


def read_loop(talk):
    port = Port()
    loop = f"import os\nleft = {len(talk)}\nos.write(2, b'.')\nwhile left:\n    left -= len(os.read(0, 65536))"
    child = subprocess.Popen([sys.executable, "-Ic", loop], stdin=port.keeper, stderr=subprocess.PIPE)
    child.stderr.read(1)
    processor, began = used(child.pid), time.monotonic()
    write_all(port.master, talk)
    while waiting(port.keeper):
        time.sleep(0.0002)
    seconds = time.monotonic() - began
    _, _, spent = os.wait4(child.pid, 0)
    child.returncode = 0
    child.stderr.close()
    port.close()
    return Run(seconds, seconds, spent.ru_utime + spent.ru_stime - processor)


def drain(command, talk, home, display, prepare=None, hidden=False):
    """Runs a program on a port and in a home of its own; whatever it writes to its terminal is read away. `hidden`: its
    window is taken off the screen first."""
    port = Port()
    if prepare:
        prepare(home, port.path)
    environment = dict(
        os.environ,
        DISPLAY=display,
        HOME=str(home),
        TERM="xterm",
        XDG_CONFIG_HOME=str(home / "config"),
        XDG_DATA_HOME=str(home / "data"),
        XDG_RUNTIME_DIR=str(home),
    )
    environment.pop("WAYLAND_DISPLAY", None)
    screen, screen_end = pty.openpty()
    command = [part.replace("PORT", port.path) for part in command]
    child = subprocess.Popen(
        command, stdin=screen_end, stdout=screen_end, stderr=screen_end, env=environment, start_new_session=True
    )
    os.close(screen_end)

    def read_away():
        try:
            while os.read(screen, 65536):
                pass
        except OSError:
            pass

    threading.Thread(target=read_away, daemon=True).start()
    time.sleep(2)
    if command[0] == "cutecom":
        press_open(child.pid, environment)
    if hidden:
        subprocess.run(["xdotool", "windowunmap", "--sync", window_of(child.pid, environment)], check=True, env=environment)
    until_it_rests(child.pid, time.monotonic())
    if child.poll() is not None:
        sys.exit(f"{command[0]} ended with {child.returncode} before the test began")
    before, processor, threads = memory(child.pid, "VmRSS"), used(child.pid), threads_used(child.pid)
    began = time.monotonic()
    writer = threading.Thread(target=write_all, args=(port.master, talk), daemon=True)
    writer.start()
    writer.join(PATIENCE)
    while (busy := writer.is_alive() or waiting(port.keeper)) and time.monotonic() < began + PATIENCE:
        time.sleep(0.001)
    seconds = time.monotonic() - began
    if busy:
        sys.exit(f"{command[0]} did not take all bytes in {PATIENCE} s")
    rested = max(seconds, until_it_rests(child.pid, began))
    run = Run(
        seconds,
        rested,
        used(child.pid) - processor,
        before,
        memory(child.pid, "VmRSS"),
        memory(child.pid, "VmHWM"),
        {name: spent - threads.get(name, 0.0) for name, spent in threads_used(child.pid).items()},
    )
    child.terminate()
    child.wait(timeout=20)
    port.close()
    os.close(screen)
    return run


def window_of(process, environment):
    found = subprocess.run(["xdotool", "search", "--onlyvisible", "--pid", str(process)], capture_output=True, text=True, env=environment)
    if not found.stdout.split():
        sys.exit("there is no window")
    return found.stdout.split()[-1]


def press_open(process, environment):
    """CuteCom opens no port by itself: Alt+O is its Open button."""
    subprocess.run(["xdotool", "windowfocus", "--sync", window_of(process, environment)], check=True, env=environment)
    subprocess.run(["xdotool", "key", "alt+o"], check=True, env=environment)
    time.sleep(1)


def cutecom_home(home, port):
    folder = home / "config" / "CuteCom"
    folder.mkdir(parents=True)
    (folder / "CuteCom5.conf").write_text(CUTECOM_SESSION.format(port=port))


def captured(binary, home):
    """The received bytes of the only capture in this home."""
    (capture,) = (home / "data").rglob("*.pcapng")
    command = [binary, "export", capture, "--as", "raw", "--direction", "rx", "--no-redact"]
    return subprocess.run(command, capture_output=True, check=True).stdout


def report(name, run, megabytes):
    line = f"{name:12} {run.seconds:7.2f} s {megabytes / run.seconds:7.1f} MB/s"
    line += f"   rests at {run.rested:6.2f} s   {run.processor / megabytes * 1000:6.1f} ms/MB"
    if run.after:
        line += f"   {run.before:6.1f} -> {run.after:6.1f} MiB, peak {run.peak:6.1f}"
    print(line, flush=True)
    if name == "modemscope":
        parts = [f"{kind} {spent / megabytes * 1000:.1f}" for kind, spent in sorted(run.threads.items()) if spent > 0]
        print(f"{'':12} ms/MB by thread: {', '.join(parts)}", flush=True)


def compare(runs, megabytes):
    """The medians, and what they are in terms of each other."""
    rates = {name: statistics.median(megabytes / run.seconds for run in all) for name, all in runs.items()}
    costs = {name: statistics.median(run.processor / megabytes for run in all) for name, all in runs.items()}
    print("median MB/s: " + ", ".join(f"{name} {rate:.1f}" for name, rate in rates.items()))
    if "modemscope" not in rates:
        return
    for name, rate in rates.items():
        if name != "modemscope":
            print(f"modemscope / {name}: {rates['modemscope'] / rate:.2f}")
    worker = statistics.median(run.threads.get("link", 0.0) / megabytes for run in runs["modemscope"])
    print(f"worker: {worker * 1000:.1f} ms/MB", end="")
    print(f", {worker / costs['picocom']:.2f} of picocom's {costs['picocom'] * 1000:.1f}" if "picocom" in costs else "")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--mib", type=int, default=64)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--binary", default="target/release/modemscope")
    options.add_argument("--only", action="append", help="one program; may be given again")
    options.add_argument("--hidden", action="store_true", help="modemscope's window is taken off the screen")
    chosen = options.parse_args()
    binary = os.path.abspath(chosen.binary)
    for needed in ["Xvfb", "xdotool", binary]:
        if not shutil.which(needed):
            sys.exit(f"{needed} is missing: install xvfb and xdotool, and build with cargo build --release")
    names = chosen.only or ["read loop", "modemscope", *PEERS]
    for name in [name for name in names if name in PEERS and not shutil.which(PEERS[name])]:
        print(f"{name} is not installed and left out (Debian package {PEERS[name]})")
        names.remove(name)
    talk = modem_talk(chosen.mib << 20)
    megabytes = len(talk) / 1e6
    runs = {name: [] for name in names}
    display = Display()
    print(f"{chosen.mib} MiB of modem talk, {chosen.rounds} rounds, load before {os.getloadavg()[0]:.1f}")
    for _ in range(chosen.rounds):
        for name in names:
            with tempfile.TemporaryDirectory() as folder:
                home = pathlib.Path(folder)
                commands = {
                    "modemscope": ([binary, "PORT"], None),
                    "picocom": (["picocom", "-q", "-b", "115200", "PORT"], None),
                    "CuteCom": (["cutecom"], cutecom_home),
                    "PuTTY": (["putty", "-serial", "PORT", "-sercfg", "115200,8,n,1,N"], None),
                }
                if name == "read loop":
                    run = read_loop(talk)
                else:
                    command, prepare = commands[name]
                    run = drain(command, talk, home, display.name, prepare, chosen.hidden and name == "modemscope")
                runs[name].append(run)
                report(name, run, megabytes)
                if name == "modemscope":
                    raw = captured(binary, home)
                    print(f"{'':12} the capture holds", "every byte" if raw == talk else f"{len(raw)} of {len(talk)} bytes")
    compare(runs, megabytes)
    display.close()


if __name__ == "__main__":
    main()

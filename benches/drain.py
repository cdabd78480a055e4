#!/usr/bin/env python3
"""Drains a pseudo-terminal through `modemscope capture` (file, index, dialog, diagnoses: everything on), picocom and a
bare read loop, in turns, on the same bytes, and checks that the capture holds all of them.

    cargo build --release && benches/drain.py [--mib 64] [--rounds 3] [--binary target/release/modemscope]

One line a program and round: seconds until the last byte was taken, MB/s, processor seconds per MB, peak memory.
picocom is left out where it is not installed.
"""
import argparse
import os
import pathlib
import pty
import shutil
import subprocess
import sys
import tempfile
import threading
import time

from terminal import Port, modem_talk, used, waiting, write_all

PATIENCE = 300


def read_loop(talk):
    port = Port()
    writer = threading.Thread(target=write_all, args=(port.master, talk), daemon=True)
    began, processor = time.monotonic(), time.thread_time()
    writer.start()
    missing = len(talk)
    while missing:
        missing -= len(os.read(port.keeper, 65536))
    seconds, processor = time.monotonic() - began, time.thread_time() - processor
    writer.join()
    port.close()
    return seconds, processor, 0.0


def peak(process):
    for line in pathlib.Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def program(command, talk):
    """Runs a terminal on a port of its own, with a terminal of its own whose output is read away."""
    port = Port()
    screen, screen_end = pty.openpty()
    command = [part.replace("PORT", port.path) for part in command]
    child = subprocess.Popen(command, stdin=screen_end, stdout=screen_end, stderr=screen_end, start_new_session=True)
    os.close(screen_end)

    def read_away():
        try:
            while os.read(screen, 65536):
                pass
        except OSError:
            pass

    threading.Thread(target=read_away, daemon=True).start()
    time.sleep(1.5)
    if child.poll() is not None:
        sys.exit(f"{command[0]} ended with {child.returncode} before the test began")
    before, began = used(child.pid), time.monotonic()
    write_all(port.master, talk)
    while waiting(port.keeper) and time.monotonic() < began + PATIENCE:
        time.sleep(0.001)
    seconds = time.monotonic() - began
    time.sleep(0.5)
    result = seconds, used(child.pid) - before, peak(child.pid)
    child.terminate()
    child.wait(timeout=20)
    port.close()
    os.close(screen)
    return result


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--mib", type=int, default=64)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--binary", default="target/release/modemscope")
    chosen = options.parse_args()
    talk = modem_talk(chosen.mib << 20)
    megabytes = len(talk) / 1e6
    with tempfile.TemporaryDirectory() as folder:
        for number in range(chosen.rounds):
            capture = f"{folder}/{number}.pcapng"
            runs = {
                "read loop": lambda: read_loop(talk),
                "modemscope": lambda: program([chosen.binary, "capture", "PORT", capture], talk),
            }
            if shutil.which("picocom"):
                runs["picocom"] = lambda: program(["picocom", "-q", "-b", "115200", "PORT"], talk)
            for name, run in runs.items():
                seconds, processor, memory = run()
                print(
                    f"{name:12} {seconds:7.2f} s {megabytes / seconds:7.1f} MB/s"
                    f" {processor / megabytes * 1000:6.1f} ms/MB {memory:6.1f} MiB",
                    flush=True,
                )
            raw = subprocess.run(
                [chosen.binary, "export", capture, "--as", "raw", "--direction", "rx", "--no-redact"],
                capture_output=True,
                check=True,
            ).stdout
            print("the capture holds", "every byte" if raw == talk else f"{len(raw)} of {len(talk)} bytes, or others")
            os.remove(capture)


if __name__ == "__main__":
    main()

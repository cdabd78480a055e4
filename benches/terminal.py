"""What drain.py and drain_window.py share: a pseudo-terminal, what is said on it, and what a process used."""
import os
import pathlib
import pty
import sys
import termios
import tty
from fcntl import ioctl

TICKS = os.sysconf("SC_CLK_TCK")


def modem_talk(length):
    """What a busy modem says; each line tells its number, so that a hole would show."""
    talk = bytearray()
    number = 0
    while len(talk) < length:
        talk += b"+CSQ: %d,0 seq=%08d the quick brown fox jumps over the lazy dog OK\r\n" % (number % 32, number)
        number += 1
    return bytes(talk[:length])


def waiting(device):
    count = bytearray(4)
    ioctl(device, termios.FIONREAD, count)
    return int.from_bytes(count, sys.byteorder)


def write_all(master, talk):
    left = memoryview(talk)
    while left:
        left = left[os.write(master, left[:65536]) :]


class Port:
    """A pseudo-terminal: we write to its master, the program reads its device."""

    def __init__(self):
        self.master, self.keeper = pty.openpty()
        tty.setraw(self.keeper)
        self.path = os.ttyname(self.keeper)

    def close(self):
        os.close(self.master)
        os.close(self.keeper)


def ticks(stat):
    fields = stat.rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def used(process):
    return ticks(pathlib.Path(f"/proc/{process}/stat").read_text())
